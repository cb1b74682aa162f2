import { describe, expect, it } from '@jest/globals'
import { type HashCost, passwordsArgon2 } from './passwords-argon2.ts'

const cheap: HashCost = { memoryKib: 64, passes: 1, lanes: 1 }
const limits = { running: 1, waiting: 10 }
const dummy = 'what the dummy is a hash of'
const passwords = await passwordsArgon2(cheap, limits, dummy)

describe('argon2id', () => {
  it('S1 keeps salt and parameters in the hash', async () => {
    const owasp = { memoryKib: 19_456, passes: 2, lanes: 1 }
    const strong = await passwordsArgon2(owasp, limits, dummy)
    const [one, two] = await strong.inTurn(({ hash }) =>
      Promise.all([hash('the same'), hash('the same')]),
    )
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(one).not.toBe(two)
  })

  it('S1 knows a hash that was made with other parameters', async () => {
    const more = await passwordsArgon2({ ...cheap, passes: 2 }, limits, dummy)
    const hash = await passwords.inTurn((hasher) => hasher.hash('a password'))
    expect(await passwords.inTurn(async ({ isOld }) => isOld(hash))).toBe(false)
    expect(await more.inTurn(async ({ isOld }) => isOld(hash))).toBe(true)
    expect(await more.inTurn(({ matches }) => matches('a password', hash))).toBe(true)
  })

  it('S2 compares all 256 characters as they are', async () => {
    const long = `${'🐇'.repeat(255)}x`
    await passwords.inTurn(async ({ hash, matches }) => {
      const stored = await hash(long)
      expect(await matches(long, stored)).toBe(true)
      expect(await matches(`${'🐇'.repeat(255)}y`, stored)).toBe(false)
      expect(await matches(` ${long}`, stored)).toBe(false)
    })
  })

  it('S6 compares with a dummy for an unknown account, and no text is its password', async () => {
    expect(await passwords.inTurn(({ matches }) => matches(dummy, undefined))).toBe(false)
  })
})
