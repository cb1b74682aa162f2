import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { startBreakers } from '@micromart/dapr'
import { silentLog, systemClock } from '@micromart/kernel'
import { providerHttp } from '../src/client/provider-http.ts'
import { aCharge, anOrderId, startForTest, type TestShop } from './start-for-test.ts'

type Answer = (response: ServerResponse) => void

const says =
  (body: string, status = 200, headers = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  }

const secretPlace = 'http://127.0.0.1:1/latest/meta-data'

/** Says bytes for as long as anybody listens. */
const endlessly: Answer = (response) => {
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(64 * 1024)));
  }
  response.on('drain', more).writeHead(200)
  more()
}

const drop =
  (text: string): Answer =>
  (response) => {
    response.write(text)
    setImmediate(() => response.destroy())
  }

const answers: readonly [string, Answer][] = [
  ['a page of HTML', says('<html>Bad gateway</html>')],
  ['nothing', says('')],
  ['half a JSON', says('{"status":"succeeded","id":"ch')],
  ['another type', says('[]')],
  ['null', says('null')],
  ['a status that is none', says('{"status":"paid","id":"ch_1"}')],
  ['a success without its charge', says('{"status":"succeeded"}')],
  ['a charge that is a number', says('{"status":"succeeded","id":7}')],
  ['a charge with a long name', says(`{"status":"succeeded","id":"${'x'.repeat(9_000)}"}`)],
  ['a charge whose name no column takes', says('{"status":"succeeded","id":"ch_ü\\u0000"}')],
  ['a success that the prototype says', says('{"__proto__":{"status":"succeeded","id":"x"}}')],
  ['a reason whose words no column takes', says('{"status":"declined","declineCode":"ü<script>"}')],
  ['a page that runs a script', says(requiresAction('javascript:alert(1)'))],
  ['a page in a file', says(requiresAction('file:///etc/passwd'))],
  ['a redirect to a place inside', says('', 302, { location: secretPlace })],
  ['an answer of 100,000 levels', says('['.repeat(100_000))],
  ['an answer without an end', endlessly],
  ['an answer that breaks off', drop('{"status":')],
  ['an answer that never begins', () => {}],
  ['a server error', says('{"status":"succeeded","id":"ch_1"}', 503)],
  ['a teapot', says('{"status":"succeeded","id":"ch_1"}', 418)],
]

function requiresAction(url: string): string {
  const nextAction = { url, expiresAt: '2026-01-31T12:00:00.000Z' }
  return JSON.stringify({ status: 'requires_action', id: 'ch_1', nextAction })
}

const hostileProvider = async () => {
  let answer: Answer = says('{}')
  const server = createServer((_request, response) => answer(response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith: (next: Answer) => {
      answer = next
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

describe('S67 a provider that answers a charge with', () => {
  const stack = new AsyncDisposableStack()
  let shop: TestShop
  let hostile: Awaited<ReturnType<typeof hostileProvider>>

  beforeAll(async () => {
    hostile = stack.use(await hostileProvider())
    const breakers = stack.use(startBreakers(() => false)) // none of it is to spare the next one
    const address = { url: hostile.url, key: 'key', limitMs: 500, askLimitMs: 200, webhookKeys: [] }
    const provider = providerHttp(address, { breakers, clock: systemClock, log: silentLog })
    shop = stack.use(await startForTest({ overrides: { provider } }))
  })
  afterAll(() => stack.disposeAsync())

  it.each(answers)(
    '%s breaks nothing: the outcome is unknown, and the books hold no money',
    async (_what, answer) => {
      hostile.answerWith(answer)
      const orderId = anOrderId()
      const { payment } = await shop.payment.charge(aCharge(orderId))
      expect(payment?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_UNKNOWN)
      expect(await shop.query('SELECT 1 FROM ledger_entries')).toEqual([])
      const { payment: asked } = await shop.payment.getPayment({ orderId })
      expect(asked?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_UNKNOWN)
      expect(await shop.payment.getPayment({ orderId })).toMatchObject({ payment: { orderId } })
    },
  )
})
