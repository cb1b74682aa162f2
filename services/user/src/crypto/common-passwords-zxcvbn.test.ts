import { expect, it } from '@jest/globals'
import { commonPasswordsZxcvbn } from './common-passwords-zxcvbn.ts'

it('S3 the list holds more than 3,000 passwords that are long enough to be refused by it', () => {
  const common = commonPasswordsZxcvbn()
  expect([...common].filter((password) => password.length >= 8).length).toBeGreaterThan(3_000)
  expect([...common].every((password) => password === password.toLowerCase())).toBe(true)
  for (const password of ['password', '12345678', 'iloveyou', 'qwertyuiop', 'sunshine1'])
    expect(common).toContain(password)
})
