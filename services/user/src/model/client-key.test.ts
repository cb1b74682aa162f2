import { describe, expect, it } from '@jest/globals'
import { clientKeysOf } from './client-key.ts'

const ec = { kty: 'EC', crv: 'P-256', x: 'eA', y: 'eQ' }
const ed = { kty: 'OKP', crv: 'Ed25519', x: 'eA' }
const rsa = { kty: 'RSA', n: 'n'.repeat(342), e: 'AQAB' }

describe("a client's keys", () => {
  it('are public ones of three kinds, and nothing else of what was sent', () => {
    const sent = {
      ...ec,
      kid: 'k1',
      alg: 'ES256',
      use: 'sig',
      jku: 'https://evil.example',
      x5c: ['x'],
    }
    const kept = { ...ec, kid: 'k1', alg: 'ES256', use: 'sig' }
    expect(clientKeysOf([sent, ed, rsa])).toEqual([kept, ed, rsa])
  })

  it.each([
    ['none', []],
    ['too many', [ec, ec, ec, ec, ec, ec]],
    ['a private one', [{ ...ec, d: 'ZA' }]],
    ['a shared secret', [{ kty: 'oct', k: 'aw' }]],
    ['another curve', [{ ...ec, crv: 'P-521' }]],
    ['a short one', [{ ...rsa, n: 'n'.repeat(171) }]],
    ['half of one', [{ kty: 'EC', crv: 'P-256', x: 'eA' }]],
    ['a text', ['x']],
    ['nothing', [null]],
  ])('are not %s', (_what, keys) => {
    expect(clientKeysOf(keys)).toBeUndefined()
  })
})
