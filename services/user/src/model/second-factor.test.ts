import { describe, expect, it } from '@jest/globals'
import { isFresh, isFreshLogin, typedCode } from './second-factor.ts'

describe('a typed code', () => {
  it.each([
    ['123456', { kind: 'totp', code: '123456' }],
    [' 123 456 ', { kind: 'totp', code: '123456' }],
    ['abcd-efgh ijkl', { kind: 'recovery', code: 'ABCDEFGHIJKL' }],
    ['12345', { kind: 'recovery', code: '12345' }],
    ['', { kind: 'recovery', code: '' }],
  ])('%j is read as people write it', (text, typed) => {
    expect(typedCode(text)).toEqual(typed)
  })
})

describe('a step', () => {
  const factor = { sealedSecret: '', confirmedAt: undefined, failures: undefined }
  it('serves once, and none before it serves after it', () => {
    expect(isFresh({ ...factor, lastStep: undefined }, 7)).toBe(true)
    expect([6, 7, 8].map((step) => isFresh({ ...factor, lastStep: 7 }, step))).toEqual([
      false,
      false,
      true,
    ])
  })
})

it('a login is fresh for ten minutes, and never one of a client that acts for somebody', () => {
  const startedAt = new Date('2026-01-01T00:00:00Z')
  const after = (ms: number) => new Date(startedAt.getTime() + ms)
  const own = { startedAt, clientId: undefined }
  expect([600_000, 600_001].map((ms) => isFreshLogin(own, after(ms)))).toEqual([true, false])
  expect(isFreshLogin({ startedAt, clientId: 'a-client' }, startedAt)).toBe(false)
})
