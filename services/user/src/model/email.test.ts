import { describe, expect, it } from '@jest/globals'
import { emailKey, emailOf } from './email.ts'
import { EmailInvalid } from './errors.ts'

describe('an e-mail address', () => {
  it.each(['a@b', 'Ann.Lee+shop@Example.com', 'jörg@exämple.de', '"odd"@example.com'])(
    'is kept as written: %s',
    (text) => {
      expect(emailOf(`  ${text} `)).toBe(text)
    },
  )

  it.each([
    '',
    '@',
    'ann',
    'ann@',
    '@example.com',
    'a@b@c',
    'a b@example.com',
    'ann@example.com\nbcc: x@y.z',
    'ann@exam\u0000ple.com',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a'.repeat(260)}`,
    `ann@${'İ'.repeat(200)}`, // its lower case is twice as long
  ])('is refused: %j', (text) => {
    expect(() => emailOf(text)).toThrow(EmailInvalid)
  })

  it('is compared in any case and composition', () => {
    expect(emailKey(' J\u00d6RG@Example.COM')).toBe(emailKey('jo\u0308rg@example.com'))
    expect(emailKey('ann@example.com')).not.toBe(emailKey('anna@example.com'))
  })

  it('S46 takes no longer for hostile text of 50 KB', () => {
    expect(() => emailOf('a@'.repeat(25_000))).toThrow(EmailInvalid)
  })
})
