import { createHmac, randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { call, secret } from './support/shop.ts'
import { loginAs } from './support/shopper.ts'

describe('what only some of the staff may do', () => {
  const absent = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'
  const reason = { reason: 'Broken' }
  /** Who may, of the demo accounts; the others are refused before anything is looked up. */
  const routes: readonly [string, string, unknown, readonly string[]][] = [
    ['POST', `/v1/admin/orders/${absent}/refunds`, reason, ['admin', 'support']],
    ['GET', `/v1/admin/orders/${absent}/refunds`, undefined, ['admin', 'support']],
    ['POST', `/v1/admin/orders/${absent}/ship`, {}, ['admin']],
    ['POST', `/v1/admin/orders/${absent}/deliver`, {}, ['admin']],
    ['GET', '/v1/admin/dead-letters', undefined, ['admin']],
    ['GET', `/v1/admin/dead-letters/order:${absent}`, undefined, ['admin']],
    ['POST', `/v1/admin/dead-letters/order:${absent}/replay`, undefined, ['admin']],
    ['DELETE', `/v1/admin/dead-letters/order:${absent}`, undefined, ['admin']],
    ['GET', '/v1/admin/books', undefined, ['admin']],
  ]
  const headers = { 'idempotency-key': randomUUID() }

  it.each(routes)('S30 %s %s', async (method, url, body, allowed) => {
    for (const who of ['admin', 'shopper', 'merchandiser', 'support'] as const) {
      const token = await loginAs(who)
      const answer = await call(method, url, { token, body, headers, timeoutMs: 90_000 })
      if (!allowed.includes(who)) {
        expect({ who, status: answer.status, code: answer.body['code'] }).toEqual({
          who,
          status: 403,
          code: 'scope_missing',
        })
      } else expect({ who, status: answer.status }).not.toMatchObject({ status: 403 })
      if (allowed.includes(who) && url.includes(absent)) expect(answer.status).toBe(404)
    }
    expect((await call(method, url, { body, headers })).status).toBe(401)
  })
})

describe('webhooks', () => {
  const event = { id: `evt_${randomUUID()}`, type: 'charge.succeeded', created: 0, data: {} }
  const body = JSON.stringify(event)
  const signed = (key: string, seconds = Math.floor(Date.now() / 1_000), of = body) => {
    const v1 = createHmac('sha256', key).update(`${seconds}.${of}`).digest('hex')
    return { 'provider-signature': `t=${seconds},v1=${v1}` }
  }
  const post = (headers: Record<string, string>, provider = 'simulated') =>
    call('POST', `/v1/webhooks/${provider}`, { headers, body })

  it('S64 a notice that the provider has not signed changes nothing, and says so', async () => {
    const [key = ''] = secret('provider-webhook-key').split(',')
    const old = Math.floor(Date.now() / 1_000) - 301
    const forged: Record<string, string>[] = [
      {},
      { 'provider-signature': '' },
      { 'provider-signature': 'nonsense' },
      { 'stripe-signature': signed(key)['provider-signature'] },
      signed('guessed'),
      signed(''),
      signed(key, old),
      signed(key, Math.floor(Date.now() / 1_000), `${body} `),
    ]
    for (const headers of forged) {
      const { status: got, body: problem } = await post(headers)
      expect({ headers, got, code: problem['code'] }).toEqual({
        headers,
        got: 400,
        code: 'signature_invalid',
      })
    }
  })

  it('404 for a provider that is not connected, whatever the signature', async () => {
    expect((await post(signed('guessed'), 'stripe')).status).toBe(404)
    expect((await post(signed('guessed'), 'paypal')).status).toBe(404)
  })
})
