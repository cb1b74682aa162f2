import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { PasswordRefused } from './errors.ts'
import { checkNewPassword, couldBePassword } from './password.ts'

const common = new Set(['password1', 'iloveyou1'])
const check = (password: string) => () => checkNewPassword(password, common, '/password')
const refusal = (password: string): unknown => {
  try {
    check(password)()
    return 'accepted'
  } catch (error) {
    return error instanceof PasswordRefused ? error.code : error
  }
}

describe('a new password', () => {
  it('S2 may be any 8 to 256 characters, whatever they are', () => {
    const anything = fc.array(
      fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 1 }),
      {
        minLength: 8,
        maxLength: 40,
      },
    )
    fc.assert(
      fc.property(anything, (characters) => {
        const password = characters.join('')
        fc.pre(!common.has(password.toLowerCase()))
        expect(check(password)).not.toThrow()
      }),
    )
  })

  it.each(['        ', '🐇🐇🐇🐇🐇🐇🐇🐇', 'пароль с пробелом', 'a'.repeat(256), '🐇'.repeat(256)])(
    'S2 is accepted: %s',
    (password) => {
      expect(refusal(password)).toBe('accepted')
    },
  )

  it.each(['', 'seven77', '🐇🐇🐇🐇🐇🐇🐇'])(
    'S2 of less than 8 characters is refused: %j',
    (password) => {
      expect(refusal(password)).toBe('password_too_short')
    },
  )

  it.each(['a'.repeat(257), '🐇'.repeat(257), 'a'.repeat(1_000_000)])(
    'S4 of more than 256 characters is refused',
    (password) => {
      expect(refusal(password)).toBe('password_too_long')
      expect(couldBePassword(password)).toBe(false)
    },
  )

  it.each(['password1', 'PassWord1', 'MicroMart', 'micromart2026!', 'Supermarket1'])(
    'S3 that is common or the shop’s own word is refused: %s',
    (password) => {
      expect(refusal(password)).toBe('password_common')
    },
  )

  it('names the field that carries it', () => {
    expect(() => checkNewPassword('short', common, '/newPassword')).toThrow(
      expect.objectContaining({
        kind: 'invalid',
        fields: [
          {
            path: '/newPassword',
            code: 'password_too_short',
            message: 'has at least 8 characters',
          },
        ],
      }),
    )
  })
})
