import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { ReceiveWebhookRequest } from '@micromart/contracts/payment'
import { DomainError } from '@micromart/kernel'
import { expectDocumented } from './documented.ts'
import { type LogLine, recordingLog } from './recording-log.ts'
import { startForTest, type TestGateway } from './start.ts'

const path = '/v1/webhooks/simulated'

describe('webhooks', () => {
  let shop: TestGateway
  const lines: LogLine[] = []
  const post = (body: string, headers: Record<string, string> = {}) =>
    shop.http
      .post(path)
      .set({ 'Content-Type': 'application/json', 'Provider-Signature': 't=1,v1=ab', ...headers })
      .send(body)
  const received = () =>
    shop.sidecar
      .recorded('payment.ReceiveWebhook')
      .map(({ request }) => request as ReceiveWebhookRequest)
  const accept = () => shop.sidecar.answer('payment', 'ReceiveWebhook', () => ({ applied: true }))

  beforeAll(async () => {
    shop = await startForTest({ log: recordingLog(lines) })
    accept()
  })
  afterEach(() => {
    shop.sidecar.forget()
    lines.length = 0
    accept()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('passes the bytes on as they came, with the signatures and nothing else', async () => {
    const body = '{"b" : 1,\n "a":\t1.0, "a": "\\u0041é"}'
    const response = await post(body, {
      'Stripe-Signature': 't=1,v1=cd',
      Cookie: 'mm_cart=x',
      Authorization: 'Bearer x.y.z',
      'Idempotency-Key': 'k',
    })
    expectDocumented(response)
    expect([response.status, response.body]).toEqual([200, { received: true }])
    expect(received()).toEqual([
      {
        provider: 'simulated',
        body: Buffer.from(body),
        headers: [
          { name: 'provider-signature', value: 't=1,v1=ab' },
          { name: 'stripe-signature', value: 't=1,v1=cd' },
        ],
      },
    ])
    expect(shop.sidecar.recorded('payment.ReceiveWebhook')[0]?.token).toBeUndefined()
  })

  it('looks at no JSON: payment judges the signature first', async () => {
    const odd = [Buffer.from('no JSON'), randomBytes(1_000), Buffer.from('{"__proto__":1}')]
    for (const body of odd) {
      const headers = { 'Content-Type': 'application/json' }
      const response = await fetch(`${shop.origin}${path}`, { method: 'POST', headers, body })
      expect(response.status).toBe(200)
    }
    expect(received().map(({ body }) => body)).toEqual(odd)
  })

  it('takes 256 KiB, and not a byte more', async () => {
    const most = 256 * 1024
    expect((await post('x'.repeat(most))).status).toBe(200)
    const large = await post('x'.repeat(most + 1))
    expectDocumented(large)
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large'])
    const chunked = await fetch(`${shop.origin}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: new Blob(['x'.repeat(most + 1)]).stream(),
      duplex: 'half',
    })
    expect(chunked.status).toBe(413)
    expect(received()).toHaveLength(1)
  })

  it.each([
    ['t=1,v1=00', 'another key'],
    ['', 'empty'],
    ['nonsense', 'of no form'],
  ])('400 for the signature %p (%s), with a line for operators', async (signature) => {
    shop.sidecar.answer('payment', 'ReceiveWebhook', () => {
      throw new DomainError('invalid', 'signature_invalid')
    })
    const response = await post('{"secret":"of the body"}', { 'Provider-Signature': signature })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([400, 'signature_invalid'])
    const said = lines.filter(({ fields }) => fields['event'] === 'security.webhook_refused')
    expect(said.map(({ fields }) => fields)).toEqual([
      expect.objectContaining({
        provider: 'simulated',
        address: '127.0.0.0/24',
        requestId: response.headers['x-request-id'],
      }),
    ])
    expect(JSON.stringify(lines)).not.toContain('of the body')
  })

  it('leaves it to payment that there is no signature at all', async () => {
    await shop.http.post(path).set('Content-Type', 'application/json').send('{}')
    expect(received().map(({ headers }) => headers)).toEqual([[]])
  })

  it.each(['paypal', 'Simulated', 'simulated.', '%00', '__proto__'])(
    '404 for the provider %s, and nobody is called',
    async (name) => {
      const response = await shop.http.post(`/v1/webhooks/${name}`).send({})
      expect([response.status, response.body.code]).toEqual([404, 'not_found'])
      expect(received()).toEqual([])
    },
  )

  it('404 for a provider that is not connected here', async () => {
    shop.sidecar.answer('payment', 'ReceiveWebhook', () => {
      throw new DomainError('not_found', 'provider_not_found')
    })
    const response = await shop.http.post('/v1/webhooks/stripe').send({})
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([404, 'provider_not_found'])
  })

  it('503 while payment is away, so that the provider sends it again', async () => {
    shop.sidecar.answer('payment', 'ReceiveWebhook', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const response = await post('{}')
    expect([response.status, response.headers['retry-after']]).toEqual([503, '2'])
  })

  it('has a budget of its own', async () => {
    await using other = await startForTest({
      env: { RATE_WEBHOOKS_PER_MINUTE: '2', TRUSTED_PROXIES: '127.0.0.1' },
    })
    other.sidecar.answer('payment', 'ReceiveWebhook', () => ({ applied: true }))
    const address = `2001:db8:${randomBytes(2).toString('hex')}:1::1`
    const send = () =>
      other.http.post(path).set({ 'X-Forwarded-For': address }).send({ type: 'charge.succeeded' })
    expect([(await send()).status, (await send()).status]).toEqual([200, 200])
    const refused = await send()
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([
      429,
      '"webhooks";q=2;w=60',
    ])
  })
})
