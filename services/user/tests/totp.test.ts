import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import { decodeJwt } from 'jose'
import { Secret, TOTP } from 'otpauth'
import { aPassword, days, minutes, startForTest, type UserRpc } from './start-for-test.ts'

type Service = Awaited<ReturnType<typeof startForTest>>
type Member = Awaited<ReturnType<Service['join']>>

// One service for all: each test has members of its own, and time only goes on.
let user: Service
beforeAll(async () => {
  user = await startForTest({ STAFF_TOTP: 'required' })
})
afterAll(() => user[Symbol.asyncDispose]())

const wrong = { kind: 'unauthenticated', code: 'totp_wrong' }
const required = { kind: 'unauthenticated', code: 'totp_required' }

const codeOf = (secret: string, shiftMs = 0): string =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({
    timestamp: user.clock.now().getTime() + shiftMs,
  })

/** Six digits that are no code around this moment. */
const noCode = (secret: string): string => {
  const codes = [-60_000, -30_000, 0, 30_000, 60_000].map((shift) => codeOf(secret, shift))
  const six = ['000000', '111111', '222222', '333333', '444444', '555555']
  return six.find((code) => !codes.includes(code)) ?? ''
}

/** The next step, whose codes were not used yet. */
const nextStep = () => user.clock.forward(30_000)

const enrol = async ({ rpc }: Pick<Member, 'rpc'>) => {
  const { secret, otpauthUri } = await rpc.startTotp({})
  const { recoveryCodes } = await rpc.confirmTotp({ code: codeOf(secret) })
  nextStep()
  return { secret, otpauthUri, recoveryCodes }
}

const as = (accessToken: string | undefined): UserRpc => user.rpc.as({ token: accessToken ?? '' })

describe('a second factor', () => {
  it('is begun, confirmed by a first code, and asked for from then on', async () => {
    const ann = await user.join()
    expect((await ann.rpc.getTotp({})).totp).toEqual({ state: 1, recoveryCodesLeft: 0 })
    const { secret, otpauthUri } = await ann.rpc.startTotp({})
    expect(otpauthUri).toBe(
      `otpauth://totp/MicroMart:${encodeURIComponent(ann.email)}?issuer=MicroMart&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
    )
    expect((await ann.rpc.getTotp({})).totp).toMatchObject({ state: 2 })
    const elsewhere = await user.guest.login(ann) // nothing is asked for yet

    const { recoveryCodes } = await ann.rpc.confirmTotp({ code: codeOf(secret) })

    expect(new Set(recoveryCodes).size).toBe(10)
    for (const code of recoveryCodes) expect(code).toMatch(/^(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}$/)
    const since = user.clock.now()
    expect((await ann.rpc.getTotp({})).totp).toEqual({ state: 3, since, recoveryCodesLeft: 10 })
    const mails = await user.mailsTo(ann.email, 2)
    expect(mails.at(-1)?.subject).toBe('Logging in takes a code from now on')

    // S22: whoever logged in without a code is out; who showed it stays
    const other = { refreshToken: elsewhere.tokens?.refreshToken ?? '' }
    await expect(user.guest.refresh(other)).rejects.toMatchObject({ code: 'refresh_invalid' })
    await user.guest.refresh(ann)

    await expect(user.guest.login(ann)).rejects.toMatchObject(required)
    nextStep()
    const login = await user.guest.login({ ...ann, totp: codeOf(secret) })
    expect(login).toMatchObject({ user: ann.user, tokens: { expiresIn: 300 } })
    // the password decides first: a code tells nobody whether an account has one
    const guess = { email: ann.email, password: 'not this one', totp: codeOf(secret) }
    await expect(user.guest.login(guess)).rejects.toMatchObject({ code: 'credentials_wrong' })
  })

  it('takes each code once, a step early or late, and none from before it', async () => {
    const ann = await user.join()
    const { secret } = await enrol(ann)
    const login = (totp: string) => user.guest.login({ ...ann, totp })
    nextStep()
    const [early, now, late] = [codeOf(secret, 30_000), codeOf(secret), codeOf(secret, -30_000)]
    await login(late)
    await login(` ${now.slice(0, 3)} ${now.slice(3)} `) // as people type it
    for (const used of [now, late]) await expect(login(used)).rejects.toMatchObject(wrong)
    await login(early)
    for (const totp of [codeOf(secret, 60_000), codeOf(secret, -60_000), noCode(secret), '', 'x']) {
      user.clock.forward(minutes(16)) // no delay is in the way
      await expect(login(totp)).rejects.toMatchObject(wrong)
    }
  })

  it('S64 of twenty logins with one code at once one is let in', async () => {
    const ann = await user.join()
    const { secret, recoveryCodes } = await enrol(ann)
    for (const totp of [codeOf(secret), recoveryCodes[0] ?? '']) {
      user.clock.forward(days(1) + 1)
      const code = totp.length === 6 ? codeOf(secret) : totp
      const logins = Array.from({ length: 20 }, () => user.guest.login({ ...ann, totp: code }))
      const done = await Promise.allSettled(logins)
      expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    }
  })

  it('lets recovery codes stand in for codes, each once', async () => {
    const ann = await user.join()
    const { recoveryCodes } = await enrol(ann)
    const [first = '', second = ''] = recoveryCodes
    await user.guest.login({ ...ann, totp: first })
    await expect(user.guest.login({ ...ann, totp: first })).rejects.toMatchObject(wrong)
    const { tokens } = await user.guest.login({
      ...ann,
      totp: second.toLowerCase().replaceAll('-', ' '),
    })
    expect((await as(tokens?.accessToken).getTotp({})).totp?.recoveryCodesLeft).toBe(8)
  })

  it('S7 slows wrong codes up to a quarter of an hour, also for who knows the password', async () => {
    const [ann, bob] = [await user.join(), await user.join()]
    const { secret } = await enrol(ann)
    const attempt = (totp: string) => user.guest.login({ ...ann, totp })
    for (let count = 0; count < 5; count += 1) {
      await expect(attempt(noCode(secret))).rejects.toMatchObject(wrong)
    }
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      await expect(attempt(codeOf(secret))).rejects.toMatchObject({
        code: 'login_throttled',
        params: { retryAfter: String(seconds) },
      })
      user.clock.forward(seconds * 1_000)
      await expect(attempt(noCode(secret))).rejects.toMatchObject(wrong)
    }
    // not logging in without the code: a stranger who knows no password keeps nobody out
    await user.guest.login(bob)
    user.clock.forward(minutes(15))
    await attempt(codeOf(secret))
    nextStep()
    await expect(attempt(noCode(secret))).rejects.toMatchObject(wrong)
    await attempt(codeOf(secret)) // from the beginning again
  })

  it('S28 S59 lies in the tables sealed, its recovery codes as SHA-256', async () => {
    const ann = await user.join()
    const { secret, recoveryCodes } = await enrol(ann)
    const rows = JSON.stringify([
      await user.query('SELECT * FROM totp'),
      await user.query('SELECT * FROM recovery_code'),
      user.logged(),
    ])
    const bytes = Buffer.from(Secret.fromBase32(secret).buffer)
    for (const text of [secret, bytes.toString('base64'), bytes.toString('hex'), ...recoveryCodes])
      expect(rows).not.toContain(text)
  })

  it('wants the password for an enrolment when the login is older than ten minutes', async () => {
    const ann = await user.join()
    user.clock.forward(minutes(11))
    const { tokens } = await user.guest.refresh(ann)
    const rpc = as(tokens?.accessToken)
    await expect(rpc.startTotp({})).rejects.toMatchObject({
      kind: 'unauthenticated',
      code: 'password_required',
    })
    const guess = rpc.startTotp({ password: 'not this one' })
    await expect(guess).rejects.toMatchObject({ code: 'credentials_wrong' })
    const { secret } = await rpc.startTotp({ password: ann.password })
    await rpc.confirmTotp({ code: codeOf(secret) })
    await expect(rpc.startTotp({ password: ann.password })).rejects.toMatchObject({
      kind: 'already_exists',
      code: 'totp_enabled',
    })
  })

  it('is forgotten when nobody confirms it within a day', async () => {
    const ann = await user.join()
    await ann.rpc.startTotp({})
    const rows = () => user.query('SELECT account_id FROM totp WHERE account_id = ?', [ann.user.id])
    user.clock.forward(days(1))
    await user.prune()
    expect(await rows()).toHaveLength(1)
    user.clock.forward(1_000)
    await user.prune()
    expect(await rows()).toEqual([])
  })

  it('is confirmed by nothing but a code of the last enrolment', async () => {
    const ann = await user.join()
    const notStarted = { kind: 'precondition', code: 'totp_not_started' }
    await expect(ann.rpc.confirmTotp({ code: '123456' })).rejects.toMatchObject(notStarted)
    const { secret: first } = await ann.rpc.startTotp({})
    const { secret } = await ann.rpc.startTotp({})
    await expect(ann.rpc.confirmTotp({ code: codeOf(first) })).rejects.toMatchObject(wrong)
    await ann.rpc.confirmTotp({ code: codeOf(secret) })
    await expect(ann.rpc.confirmTotp({ code: codeOf(secret) })).rejects.toMatchObject(notStarted)
  })

  it('is switched off by password and code, and can be begun anew', async () => {
    const ann = await user.join()
    const none = { kind: 'not_found', code: 'totp_not_found' }
    const { password } = ann
    await expect(ann.rpc.disableTotp({ password, code: '123456' })).rejects.toMatchObject(none)
    const { secret, recoveryCodes } = await enrol(ann)
    const guess = ann.rpc.disableTotp({ password: 'not this one', code: codeOf(secret) })
    await expect(guess).rejects.toMatchObject({ code: 'credentials_wrong' })
    const lost = ann.rpc.disableTotp({ password, code: noCode(secret) })
    await expect(lost).rejects.toMatchObject(wrong)

    expect(await ann.rpc.disableTotp({ password, code: codeOf(secret) })).toEqual({})

    expect((await ann.rpc.getTotp({})).totp).toMatchObject({ state: 1 })
    await user.guest.login(ann)
    const mails = await user.mailsTo(ann.email, 3)
    expect(mails.at(-1)?.subject).toBe('Logging in takes no code any more')
    const again = await enrol(ann)
    const old = { ...ann, totp: recoveryCodes[0] ?? '' }
    await expect(user.guest.login(old)).rejects.toMatchObject(wrong)
    await user.guest.login({ ...ann, totp: again.recoveryCodes[0] ?? '' })
  })

  it('stays when the password is reset', async () => {
    const ann = await user.join()
    const { secret } = await enrol(ann)
    await user.mailsTo(ann.email, 2)
    await user.guest.requestPasswordReset({ email: ann.email })
    const mails = await user.mailsTo(ann.email, 3)
    const password = aPassword()
    await user.guest.resetPassword({ token: mails.at(-1)?.token ?? '', password })
    const login = { email: ann.email, password }
    await expect(user.guest.login(login)).rejects.toMatchObject(required)
    await user.guest.login({ ...login, totp: codeOf(secret) })
  })
})

describe('staff that must have a second factor', () => {
  it('gets a token to enrol with and nothing else, until it has enrolled', async () => {
    const chief = await user.hire('admin', 'support')
    const before = decodeJwt(chief.accessToken)
    expect(before).toMatchObject({ scope: 'account', roles: [] })
    const forbidden = { kind: 'forbidden', code: 'scope_missing' }
    await expect(chief.rpc.listUsers({ limit: 1 })).rejects.toMatchObject(forbidden)
    const refreshed = await user.guest.refresh(chief)
    expect(decodeJwt(refreshed.tokens?.accessToken ?? '')).toMatchObject({ scope: 'account' })

    const { secret } = await enrol(chief)

    const session = { refreshToken: refreshed.tokens?.refreshToken ?? '' }
    const { tokens } = await user.guest.refresh(session)
    expect(decodeJwt(tokens?.accessToken ?? '')).toMatchObject({
      roles: ['customer', 'support', 'admin'],
      scope: expect.stringContaining('users:write clients:write ops'),
    })
    await as(tokens?.accessToken).listUsers({ limit: 1 })
    const { password } = chief
    await chief.rpc.disableTotp({ password, code: codeOf(secret) })
    const after = await user.guest.refresh({ refreshToken: tokens?.refreshToken ?? '' })
    expect(decodeJwt(after.tokens?.accessToken ?? '')).toMatchObject({ scope: 'account' })
  })
})

it('what is kept of it all is told its owner, and goes with the account', async () => {
  const ann = await user.join()
  await user.mailsTo(ann.email, 1)
  const login = await user.guest.login({ ...ann, device: { userAgent: 'Firefox' } })
  const { recoveryCodes } = await enrol(ann)
  await user.mailsTo(ann.email, 2)
  await user.guest.requestPasswordReset({ email: ann.email })
  const mails = await user.mailsTo(ann.email, 3)
  await eventually(async () => {
    const waiting = await user.query('SELECT id FROM mail WHERE ended_at IS NULL')
    expect(waiting).toEqual([])
  })

  const told = await ann.rpc.exportMe({})

  const ended = decodeJwt(login.tokens?.accessToken ?? '')['sid']
  const current = decodeJwt(ann.accessToken)['sid']
  expect(told).toMatchObject({
    sessions: [
      { id: ended, device: { userAgent: 'Firefox' }, current: false, endedAt: expect.any(Date) },
      { id: current, current: true },
    ],
    totp: { state: 3, recoveryCodesLeft: 10 },
    links: [{ purpose: 'reset_password' }, { purpose: 'verify_email' }],
    mails: ['verify_email', 'second_factor_on', 'reset_password'].map((kind) => ({
      kind,
      outcome: 'sent',
    })),
  })
  for (const secret of [...recoveryCodes, ...mails.map(({ token }) => token ?? '?')])
    expect(JSON.stringify(told)).not.toContain(secret)

  await user.guest.requestPasswordReset({ email: ann.email })
  await ann.rpc.eraseMe({})
  for (const table of ['totp', 'recovery_code', 'account_token', 'mail', 'session']) {
    const rows = await user.query(`SELECT * FROM ${table} WHERE account_id = ?`, [ann.user.id])
    expect([table, rows]).toEqual([table, []])
  }
  const [row] = await user.query('SELECT * FROM account WHERE id = ?', [ann.user.id])
  expect(row).toMatchObject({ email_verified_at: null, second_factor_since: null })
})
