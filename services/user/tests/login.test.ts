import { describe, expect, it } from '@jest/globals'
import { eventually, readMetric } from '@micromart/testing'
import { aPassword, anEmail, minutes, startForTest, type UserRpc } from './start-for-test.ts'

const wrong = 'certainly not this one'

const failTimes = async (rpc: UserRpc, email: string, times: number): Promise<void> => {
  for (let count = 0; count < times; count += 1) {
    await expect(rpc.login({ email, password: wrong })).rejects.toMatchObject({
      code: 'credentials_wrong',
    })
  }
}

const throttled = (seconds: number) => ({
  kind: 'unavailable',
  code: 'login_throttled',
  params: { retryAfter: String(seconds) },
})

describe('logging in', () => {
  it('gives tokens and the account, whatever the case of the address', async () => {
    await using user = await startForTest()
    const { email, password, user: ann } = await user.join()

    const answer = await user.guest.login({ email: ` ${email.toUpperCase()}`, password })

    const tokens = { accessToken: expect.any(String), refreshToken: expect.any(String) }
    expect(answer).toEqual({ user: ann, tokens: { ...tokens, expiresIn: 300 } })
    expect(await user.rpc.as({ token: answer.tokens?.accessToken ?? '' }).getMe({})).toEqual({
      user: ann,
    })
  })

  it('S6 says the same of an unknown account as of a wrong password', async () => {
    await using user = await startForTest()
    const { email } = await user.join()
    const refusal = (of: string) =>
      user.guest.login({ email: of, password: wrong }).catch((error: unknown) => error)

    const [known, unknown] = [await refusal(email), await refusal(anEmail())]

    expect(known).toMatchObject({ kind: 'unauthenticated', code: 'credentials_wrong', params: {} })
    expect(JSON.stringify(unknown)).toBe(JSON.stringify(known))
    const labels = { flow: 'login', outcome: 'wrong' }
    const counted = await readMetric(user.httpPort, 'micromart_auth_attempts_total', labels)
    expect(counted).toBeGreaterThanOrEqual(2)
  })

  it('S7 slows failed logins of one account more and more, and of this account alone', async () => {
    await using user = await startForTest()
    const [ann, bob] = [await user.join(), await user.join()]
    await failTimes(user.guest, ann.email, 5)
    for (const seconds of [1, 2, 4, 4]) {
      await expect(user.guest.login(ann)).rejects.toMatchObject(throttled(seconds))
      user.clock.forward(seconds * 1000)
      await failTimes(user.guest, ann.email, 1)
    }
    expect(await user.guest.login(bob)).toMatchObject({ user: bob.user })
  })

  it('S6 S7 slows an unknown account as it does a known one', async () => {
    await using user = await startForTest()
    const email = anEmail()
    await failTimes(user.guest, email, 5)
    await expect(user.guest.login({ email, password: wrong })).rejects.toMatchObject({
      code: 'login_throttled',
    })
  })

  it('S7 remembers failures over a restart and shares them with other replicas', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await failTimes(user.guest, ann.email, 5)
    await using other = await user.replica()
    await expect(other.rpc.as().login(ann)).rejects.toMatchObject({ code: 'login_throttled' })
  })

  it('S72 lets the right password in five seconds after a flood of wrong ones', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await Promise.allSettled(
      Array.from({ length: 60 }, () => user.guest.login({ email: ann.email, password: wrong })),
    )
    await expect(user.guest.login(ann)).rejects.toMatchObject({ code: 'login_throttled' })
    user.clock.forward(5_000)
    expect(await user.guest.login(ann)).toMatchObject({ user: ann.user })
    // and from the start again
    await failTimes(user.guest, ann.email, 5)
  })

  it('S64 counts guesses sent side by side one after the other', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const answers = await Promise.allSettled(
      Array.from({ length: 50 }, () => user.guest.login({ email: ann.email, password: wrong })),
    )
    const codes = answers.map((answer) =>
      answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'in',
    )
    expect(codes.filter((code) => code === 'credentials_wrong')).toHaveLength(5)
    expect(codes.filter((code) => code === 'login_throttled')).toHaveLength(45)
  })

  it('S7 forgets failures after a quiet quarter of an hour', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await failTimes(user.guest, ann.email, 5)
    user.clock.forward(minutes(15) + 1)
    await failTimes(user.guest, ann.email, 5)
  })

  it('S8 refuses what would wait too long, and answers others meanwhile', async () => {
    await using user = await startForTest({
      HASHES_WAITING: '1',
      ARGON2_MEMORY_KIB: '65536',
      ARGON2_PASSES: '2',
    })
    const logins = Array.from({ length: 20 }, () =>
      user.guest.login({ email: anEmail(), password: wrong }),
    )
    const codes = (await Promise.allSettled(logins)).map((answer) =>
      answer.status === 'rejected' ? (answer.reason as { code: string }).code : 'in',
    )
    expect(codes).toContain('login_busy')
    expect(codes).toContain('credentials_wrong')
    expect(await user.guest.getJwks({})).toMatchObject({ jwks: expect.any(String) })
  })

  it('S1 hashes anew at a login whose hash has older parameters', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const hash = async () => {
      const [row] = await user.query('SELECT password_hash AS hash FROM account')
      return String(row?.['hash'])
    }
    await using stronger = await user.replica({ ARGON2_PASSES: '2' })
    await stronger.rpc.as().login(ann)
    expect(await hash()).toContain('m=64,t=2,p=1')
    const after = await hash()
    await stronger.rpc.as().login(ann)
    expect(await hash()).toBe(after)
    // the sessions from before go on: the password is the same
    await user.guest.refresh({ refreshToken: ann.refreshToken })
  })

  it('deletes failures that count no more', async () => {
    await using user = await startForTest({ PRUNE_EVERY_MS: '20' })
    await failTimes(user.guest, anEmail(), 1)
    user.clock.forward(minutes(16))
    await eventually(async () =>
      expect(await user.query('SELECT digest FROM login_failure')).toEqual([]),
    )
  })

  it('S4 refuses a password of a megabyte as it does a wrong one', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const login = { email: ann.email, password: 'x'.repeat(1_000_000) }
    await expect(user.guest.login(login)).rejects.toMatchObject({ code: 'credentials_wrong' })
  })

  it('S60 logs who logged in and who failed, without address and password', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    await failTimes(user.guest, ann.email, 1)
    await user.guest.login(ann)
    const lines = user.logged()
    const line = { event: 'auth.login', userId: ann.user.id }
    expect(lines).toContainEqual({ ...line, outcome: 'wrong', message: 'login refused' })
    expect(lines).toContainEqual({ ...line, outcome: 'ok', message: 'logged in' })
    const text = JSON.stringify(lines)
    for (const secret of [ann.email, ann.password, ann.refreshToken, ann.accessToken])
      expect(text).not.toContain(secret)
  })

  it('S60 keeps passwords and addresses out of the table of failures', async () => {
    await using user = await startForTest()
    const [email, password] = [anEmail(), aPassword()]
    await expect(user.guest.login({ email, password })).rejects.toThrow()
    const rows = JSON.stringify(await user.query('SELECT * FROM login_failure'))
    expect(rows).not.toContain(email)
    expect(rows).not.toContain(password)
  })
})
