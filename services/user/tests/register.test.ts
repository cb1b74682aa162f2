import { describe, expect, it } from '@jest/globals'
import { isId } from '@micromart/kernel'
import { eventually, readMetric } from '@micromart/testing'
import { aPassword, anEmail, startForTest } from './start-for-test.ts'

describe('registering', () => {
  it('opens an account as customer, logs it in and tells the others', async () => {
    await using user = await startForTest()
    const [email, password] = [anEmail(), aPassword()]

    const answer = await user.guest.register({ email, password, name: '  Ann Member ' })

    const account = {
      id: expect.any(String),
      email,
      name: 'Ann Member',
      roles: ['customer'],
      createdAt: user.clock.now(),
      emailVerified: false,
    }
    expect(answer).toEqual({
      user: account,
      tokens: {
        accessToken: expect.any(String),
        refreshToken: expect.stringMatching(/^[\w-]{43}$/),
        expiresIn: 300,
      },
    })
    const id = answer.user?.id ?? ''
    expect(isId(id)).toBe(true)
    const rpc = user.rpc.as({ token: answer.tokens?.accessToken ?? '' })
    expect(await rpc.getMe({})).toEqual({ user: { ...account, id } })
    await eventually(() => expect(user.sidecar.published()).toHaveLength(1))
    expect(user.sidecar.published()[0]).toMatchObject({
      topic: 'user.registered.v1',
      payload: { userId: id },
    })
    expect(user.sidecar.calls()).toEqual([])
    const labels = { flow: 'register', outcome: 'ok' }
    const counted = await readMetric(user.httpPort, 'micromart_auth_attempts_total', labels)
    expect(counted).toBeGreaterThanOrEqual(1)
  })

  it('refuses a taken address in any case, and leaves its account alone', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const again = { email: ann.email.toUpperCase(), password: aPassword(), name: 'Somebody Else' }

    await expect(user.guest.register(again)).rejects.toMatchObject({
      kind: 'already_exists',
      code: 'email_taken',
    })

    expect(await ann.rpc.getMe({})).toEqual({ user: ann.user })
    await expect(user.guest.login(again)).rejects.toMatchObject({ code: 'credentials_wrong' })
  })

  it('opens one account when an address is registered many times at once', async () => {
    await using user = await startForTest()
    const wish = { email: anEmail(), password: aPassword(), name: 'Ann' }

    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => user.guest.register(wish)),
    )

    const refused = answers.filter(({ status }) => status === 'rejected')
    expect(refused).toHaveLength(9)
    for (const answer of refused) expect(answer).toMatchObject({ reason: { code: 'email_taken' } })
    expect(await user.query('SELECT email FROM account')).toEqual([{ email: wish.email }])
    await eventually(() => expect(user.sidecar.published()).toHaveLength(1))
  })

  it.each([
    ['S2', { password: 'seven77' }, 'password_too_short', '/password'],
    ['S3', { password: 'Password123' }, 'password_common', '/password'],
    ['S3', { password: 'micromart2026' }, 'password_common', '/password'],
    ['S4', { password: 'x'.repeat(257) }, 'password_too_long', '/password'],
    ['S4', { password: 'x'.repeat(1_000_000) }, 'password_too_long', '/password'],
    ['', { email: 'nobody' }, 'email_invalid', '/email'],
    ['', { name: ' ' }, 'name_invalid', '/name'],
  ])('%s refuses bad input and names its field (%#)', async (_, wrong, code, path) => {
    await using user = await startForTest()
    const wish = { email: anEmail(), password: aPassword(), name: 'Ann', ...wrong }
    await expect(user.guest.register(wish)).rejects.toMatchObject({
      kind: 'invalid',
      code,
      fields: [{ path, code, message: expect.any(String) }],
    })
    expect(await user.query('SELECT id FROM account')).toEqual([])
  })

  it('S1 S2 stores argon2id of the whole password, unmodified', async () => {
    await using user = await startForTest()
    const [email, password] = [anEmail(), ` ${'🐇'.repeat(200)} trailing blank `]
    await user.guest.register({ email, password, name: 'Ann' })

    const [row] = await user.query('SELECT password_hash AS hash FROM account')
    expect(row?.['hash']).toMatch(/^\$argon2id\$v=19\$m=64,t=1,p=1\$/)
    const nearly = password.trimEnd()
    await expect(user.guest.login({ email, password: nearly })).rejects.toMatchObject({
      code: 'credentials_wrong',
    })
    expect(await user.guest.login({ email, password })).toMatchObject({ user: { email } })
  })

  it('S55 takes SQL for the text it is', async () => {
    await using user = await startForTest()
    const email = `o'neil;--${anEmail()}`
    const name = `Robert'); DROP TABLE account;-- " \\ %`
    const { user: made } = await user.guest.register({ email, password: aPassword(), name })
    expect(made).toMatchObject({ email, name })
    const { items } = await (await user.hire('admin')).rpc.listUsers({ limit: 1, email })
    expect(items).toEqual([made])
  })
})

it('tells how many events the broker has not got', async () => {
  await using user = await startForTest()
  const none = {
    unsent: 0n,
    oldestUnsentAt: undefined,
    openDeadLetters: 0n,
    abandonedKeys: 0n,
  }
  expect(await user.backlog.getBacklog({})).toEqual(none)
  user.sidecar.runtimeUp(false)
  await user.join()
  const oldestUnsentAt = user.clock.now()
  expect(await user.backlog.getBacklog({})).toEqual({ ...none, unsent: 1n, oldestUnsentAt })
})
