import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReceiveWebhookRequest } from '@micromart/contracts/payment'
import { systemIds } from '@micromart/kernel'
import { webhookKey } from './start-for-test.ts'

/** A webhook of the simulated provider, signed as services/provider does. */
export const signed = (
  body: string,
  { key = webhookKey, at = Date.now(), provider = 'simulated' } = {},
): ReceiveWebhookRequest => {
  const seconds = Math.floor(at / 1000)
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')
  const value = `t=${seconds},v1=${digest}`
  return { provider, body: Buffer.from(body), headers: [{ name: 'provider-signature', value }] }
}

export const aNotice = (type: string, data: Record<string, unknown>, id = systemIds.next()) =>
  JSON.stringify({ id, type, createdAt: new Date().toISOString(), data })

type Take = (request: ReceiveWebhookRequest) => Promise<unknown>

export type Hook = AsyncDisposable & {
  readonly url: string
  /** What came in so far. */
  readonly taken: () => readonly ReceiveWebhookRequest[]
  /** Who gets it; nobody at first: then it is answered 503. */
  readonly passTo: (take: Take) => void
}

/** The gateway's webhook route, as far as payment needs it: raw bytes and headers go on. */
export const startHook = async (): Promise<Hook> => {
  const taken: ReceiveWebhookRequest[] = []
  let take: Take | undefined
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const value = String(request.headers['provider-signature'])
      const headers = [{ name: 'provider-signature', value }]
      const notice = { provider: 'simulated', body: Buffer.concat(chunks), headers }
      const pass = async () => {
        if (take === undefined) return 503
        await take(notice)
        taken.push(notice)
        return 200
      }
      pass().then(
        (status) => response.writeHead(status).end(),
        () => response.writeHead(400).end(),
      )
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/webhooks/simulated`,
    taken: () => [...taken],
    passTo: (given) => {
      take = given
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
