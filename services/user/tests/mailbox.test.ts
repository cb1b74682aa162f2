import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually, readMailbox, readMetric } from '@micromart/testing'
import { aPassword, anEmail, minutes, startForTest } from './start-for-test.ts'

type Service = Awaited<ReturnType<typeof startForTest>>

const linkInvalid = { kind: 'invalid', code: 'link_invalid' }

// One service for all: each test has members of its own, and time only goes on.
let user: Service
beforeAll(async () => {
  user = await startForTest()
})
afterAll(() => user[Symbol.asyncDispose]())

/** No mail waits any more. */
const allPosted = () =>
  eventually(async () => {
    expect(await user.query('SELECT id FROM mail WHERE ended_at IS NULL')).toEqual([])
  })

/** Asks for a reset and waits for the mail, the only one since the account was opened. */
const resetToken = async (email: string): Promise<string> => {
  await user.guest.requestPasswordReset({ email })
  const [, mail] = await user.mailsTo(email, 2)
  return mail?.token ?? ''
}

describe('verifying an e-mail address', () => {
  it('takes the token of the mail that registering sends, once', async () => {
    const ann = await user.join()
    expect(ann.user.emailVerified).toBe(false)
    const [mail] = await user.mailsTo(ann.email, 1)
    expect(mail?.raw).toContain('http://127.0.0.1:8080/account/verify#token=')

    const token = mail?.token ?? ''
    expect(await user.guest.verifyEmail({ token })).toEqual({})

    expect(await ann.rpc.getMe({})).toEqual({ user: { ...ann.user, emailVerified: true } })
    await expect(user.guest.verifyEmail({ token })).rejects.toMatchObject({
      ...linkInvalid,
      fields: [expect.objectContaining({ path: '/token' })],
    })
  })

  it('S10 keeps nothing that would open a link: neither in its tables nor in its logs', async () => {
    const ann = await user.join()
    const [{ token = '' } = {}] = await user.mailsTo(ann.email, 1)
    const [stored] = await user.query('SELECT * FROM account_token WHERE account_id = ?', [
      ann.user.id,
    ])
    expect(stored?.['digest']).toMatch(/^[0-9a-f]{64}$/)
    const mails = await user.query('SELECT * FROM mail')
    const traces = JSON.stringify([stored, mails, user.logged()])
    expect(traces).not.toContain(token)
    expect(traces).not.toContain(ann.email)
  })

  it('S10 a link is over after a day, and the one before it when another is mailed', async () => {
    const ann = await user.join()
    const [first] = await user.mailsTo(ann.email, 1)
    user.clock.forward(minutes(2))
    await ann.rpc.requestEmailVerification({})
    const [, second] = await user.mailsTo(ann.email, 2)
    const old = { token: first?.token ?? '' }
    await expect(user.guest.verifyEmail(old)).rejects.toMatchObject(linkInvalid)
    user.clock.forward(minutes(24 * 60))
    const late = { token: second?.token ?? '' }
    await expect(user.guest.verifyEmail(late)).rejects.toMatchObject(linkInvalid)
  })

  it('sends no mail while the last one is young, nor to a verified address', async () => {
    const ann = await user.join()
    const [mail] = await user.mailsTo(ann.email, 1)
    await ann.rpc.requestEmailVerification({})
    await user.guest.verifyEmail({ token: mail?.token ?? '' }) // the first link serves still
    user.clock.forward(minutes(60))
    expect(
      await ann.rpc.requestEmailVerification({}).catch((error: unknown) => error),
    ).toMatchObject({
      kind: 'unauthenticated', // the token is over, and that is said
    })
    const again = await user.guest.login(ann)
    await user.rpc.as({ token: again.tokens?.accessToken ?? '' }).requestEmailVerification({})
    await allPosted()
    expect(await readMailbox(user.mailbox, ann.email)).toHaveLength(1)
  })

  it('S10 a change of the address or of the password voids the links before it', async () => {
    const members = [await user.join(), await user.join(), await user.join()] as const
    const [ann, bob, cid] = members
    const mails = await Promise.all(members.map(({ email }) => user.mailsTo(email, 1)))
    await ann.rpc.changePassword({ currentPassword: ann.password, newPassword: aPassword() })
    // whoever changes them, and when: a token is compared with what the account has
    const version = 'UPDATE account SET password_version = password_version + 1 WHERE id = ?'
    await user.query(version, [bob.user.id])
    await user.query('UPDATE account SET email_key = ? WHERE id = ?', [anEmail(), cid.user.id])
    for (const [mail] of mails) {
      const link = { token: mail?.token ?? '' }
      await expect(user.guest.verifyEmail(link)).rejects.toMatchObject(linkInvalid)
    }
  })
})

describe('resetting a password', () => {
  it('S10 sets a new one by the token of the mail, ends all sessions and tells the owner', async () => {
    const ann = await user.join()
    const token = await resetToken(ann.email)
    const password = aPassword()

    expect(await user.guest.resetPassword({ token, password })).toEqual({})

    await expect(user.guest.refresh(ann)).rejects.toMatchObject({ code: 'refresh_invalid' })
    await expect(user.guest.login(ann)).rejects.toMatchObject({ code: 'credentials_wrong' })
    const { user: account } = await user.guest.login({ email: ann.email, password })
    expect(account).toEqual({ ...ann.user, emailVerified: true }) // the mailbox is his
    const mails = await user.mailsTo(ann.email, 3)
    expect(mails.at(-1)?.subject).toBe('Your password was changed')
    const again = { token, password: aPassword() }
    await expect(user.guest.resetPassword(again)).rejects.toMatchObject(linkInvalid)
  })

  it('S6 S10 says and does the same for an address without an account', async () => {
    const ann = await user.join()
    await user.mailsTo(ann.email, 1)
    const nobody = anEmail()
    await allPosted()
    const answers = [
      await user.guest.requestPasswordReset({ email: ann.email.toUpperCase() }),
      await user.guest.requestPasswordReset({ email: nobody }),
    ]
    expect(answers).toEqual([{}, {}])
    // The same row is written for both: what differs is done later, when nobody waits for an answer.
    await user.mailsTo(ann.email, 2)
    const ended = await eventually(async () => {
      const rows = await user.query(
        `SELECT account_id AS account, outcome FROM mail
         WHERE kind = 'reset_password' ORDER BY id DESC LIMIT 2`,
      )
      expect(rows.map(({ outcome }) => outcome)).toEqual(['dropped', 'sent'])
      return rows
    })
    expect(ended.map(({ account }) => account)).toEqual([null, ann.user.id])
    expect(JSON.stringify(await user.query('SELECT * FROM mail'))).not.toContain(nobody)
    expect(await readMailbox(user.mailbox, nobody)).toEqual([])
  })

  it('S7 slows who asks for one address again and again, known or not, and leaves logging in alone', async () => {
    const ann = await user.join()
    for (const email of [ann.email, anEmail()]) {
      for (let count = 0; count < 5; count += 1) await user.guest.requestPasswordReset({ email })
      await expect(user.guest.requestPasswordReset({ email })).rejects.toMatchObject({
        kind: 'unavailable',
        code: 'login_throttled',
        params: { retryAfter: '1' },
      })
    }
    expect(await user.guest.login(ann)).toMatchObject({ user: ann.user })
  })

  it('S7 fills no mailbox: while a link is unused another comes later and later, and it serves', async () => {
    const ann = await user.join()
    const ask = async () => {
      await user.guest.requestPasswordReset({ email: ann.email })
      await allPosted()
    }
    for (let minute = 0; minute < 20; minute += 1) {
      await ask()
      user.clock.forward(minutes(1))
    }
    const mails = (await readMailbox(user.mailbox, ann.email)).slice(1)
    expect(mails).toHaveLength(5) // at minute 0, 1, 3, 7 and 15
    await user.guest.resetPassword({ token: mails.at(-1)?.token ?? '', password: aPassword() })
  })

  it('S10 a link is over after half an hour, and is good for its purpose alone', async () => {
    const ann = await user.join()
    const [verification] = await user.mailsTo(ann.email, 1)
    const token = await resetToken(ann.email)
    const password = aPassword()
    await expect(user.guest.verifyEmail({ token })).rejects.toMatchObject(linkInvalid)
    const other = { token: verification?.token ?? '', password }
    await expect(user.guest.resetPassword(other)).rejects.toMatchObject(linkInvalid)
    user.clock.forward(minutes(30))
    const late = user.guest.resetPassword({ token, password })
    await expect(late).rejects.toMatchObject(linkInvalid)
  })

  it('S10 S64 of fifty parallel uses of one token one has an effect', async () => {
    const ann = await user.join()
    const token = await resetToken(ann.email)
    const passwords = Array.from({ length: 50 }, aPassword)
    const resets = passwords.map((password) => user.guest.resetPassword({ token, password }))
    const done = (await Promise.allSettled(resets)).map(({ status }) => status)
    expect(done.filter((status) => status === 'fulfilled')).toHaveLength(1)
    const password = passwords[done.indexOf('fulfilled')] ?? ''
    await user.guest.login({ email: ann.email, password })
    await user.mailsTo(ann.email, 3)
  })

  it('S3 refuses a common password before it looks at the token, and keeps the token', async () => {
    const ann = await user.join()
    const token = await resetToken(ann.email)
    const common = user.guest.resetPassword({ token, password: 'iloveyou1' })
    await expect(common).rejects.toMatchObject({
      code: 'password_common',
      fields: [expect.objectContaining({ path: '/password' })],
    })
    await user.guest.resetPassword({ token, password: aPassword() })
  })

  it('S7 lets the owner in at once whatever strangers have guessed before', async () => {
    const ann = await user.join()
    const wrong = { email: ann.email, password: 'not this one' }
    for (let count = 0; count < 5; count += 1) {
      await expect(user.guest.login(wrong)).rejects.toMatchObject({ code: 'credentials_wrong' })
    }
    await expect(user.guest.login(ann)).rejects.toMatchObject({ code: 'login_throttled' })
    const password = aPassword()
    await user.guest.resetPassword({ token: await resetToken(ann.email), password })
    await user.guest.login({ email: ann.email, password })
  })

  it('S60 logs who did it, without a token or an address', async () => {
    const ann = await user.join()
    const token = await resetToken(ann.email)
    await user.guest.resetPassword({ token, password: aPassword() })
    const events = user.logged() as { event?: string; userId?: string }[]
    for (const event of ['auth.reset_requested', 'auth.password_reset']) {
      expect(events).toContainEqual(expect.objectContaining({ event, userId: ann.user.id }))
    }
    for (const secret of [token, ann.email]) expect(JSON.stringify(events)).not.toContain(secret)
  })
})

it('mails are counted by kind and end, and forgotten a day later', async () => {
  const ann = await user.join()
  await user.mailsTo(ann.email, 1)
  const labels = { kind: 'verify_email', outcome: 'sent' }
  await eventually(async () => {
    const counted = await readMetric(user.httpPort, 'micromart_mails_total', labels)
    expect(counted).toBeGreaterThanOrEqual(1)
  })
  user.clock.forward(minutes(24 * 60) + 1_000)
  await user.prune()
  expect(await user.query('SELECT id FROM mail')).toEqual([])
  expect(await user.query('SELECT digest FROM account_token')).toEqual([])
})
