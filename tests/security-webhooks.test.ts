import { createHmac, randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { call, secret } from './support/shop.ts'

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
