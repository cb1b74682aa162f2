import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { keyBox } from './key-box.ts'
import { oneTimeCodesOtpauth } from './one-time-codes-otpauth.ts'

const box = keyBox(randomBytes(32).toString('base64'))
const codes = oneTimeCodesOtpauth(box)

/** The secret of RFC 6238, appendix B, whose codes there have eight digits: ours are the last six. */
const sealedSecret = box.seal(Buffer.from('12345678901234567890'), 'totp:ann')
const stepOf = (code: string, seconds: number) =>
  codes.stepOf({ accountId: 'ann', sealedSecret, code, at: new Date(seconds * 1_000) })

describe('time-based codes', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('are those of RFC 6238 at second %i', (seconds, code) => {
    expect(stepOf(code, seconds)).toBe(Math.floor(seconds / 30))
  })

  it('are taken one step early and one late, and then no more', () => {
    const [step, start] = [66_666_666, 66_666_666 * 30]
    const seen = [-31, -30, -1, 0, 29, 30, 59, 60].map((after) => stepOf('279037', start + after))
    expect(seen).toEqual([undefined, step, step, step, step, step, step, undefined])
  })

  it.each(['', '27903', '2790377', 'abcdef', '279038'])('%j is none', (code) => {
    expect(stepOf(code, 2_000_000_000)).toBeUndefined()
  })

  it('come from a secret of 160 random bits, which is sealed for its account', () => {
    const made = codes.newSecret({ accountId: 'ann', email: 'ann@example.com' })
    expect(made.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(made.uri).toBe(
      `otpauth://totp/MicroMart:ann%40example.com?issuer=MicroMart&secret=${made.secret}&algorithm=SHA1&digits=6&period=30`,
    )
    const typed = { sealedSecret: made.sealedSecret, code: '000000', at: new Date() }
    expect(() => codes.stepOf({ ...typed, accountId: 'bob' })).toThrow()
  })
})
