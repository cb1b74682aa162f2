import { describe, expect, it } from '@jest/globals'
import { canonicalJson, fingerprint } from './canonical.ts'

describe('the fingerprint of a request', () => {
  it('is the same whatever the order of members', () => {
    const one = { a: 1, b: { c: [1, { d: 2, e: 3 }], f: undefined } }
    const other = { b: { c: [1, { e: 3, d: 2 }] }, a: 1 }
    expect(fingerprint('POST', '/v1/orders', one)).toBe(fingerprint('POST', '/v1/orders', other))
  })

  it('differs by method, route and any value', () => {
    const made = [
      fingerprint('POST', '/v1/orders', { a: 1 }),
      fingerprint('PUT', '/v1/orders', { a: 1 }),
      fingerprint('POST', '/v1/other', { a: 1 }),
      fingerprint('POST', '/v1/orders', { a: 2 }),
      fingerprint('POST', '/v1/orders', { a: '1' }),
    ]
    expect(new Set(made).size).toBe(made.length)
    expect(made[0]).toMatch(/^[0-9a-f]{64}$/)
  })

  it('writes numbers and texts one way', () => {
    expect(canonicalJson({ b: -0, a: [1.0, 'é', null, true] })).toBe(
      '{"a":[1,"é",null,true],"b":0}',
    )
  })
})
