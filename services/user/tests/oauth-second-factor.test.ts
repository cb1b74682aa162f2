import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeJwt } from 'jose'
import { Secret, TOTP } from 'otpauth'
import {
  type App,
  authorizeUrl,
  browserFor,
  connected,
  pkce,
  programFor,
  registrar,
  signIn,
} from './oauth-app.ts'
import { startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>
type Member = Awaited<ReturnType<User['join']>>

describe('the second factor on the pages of the authorization server', () => {
  let user: User
  let app: App

  beforeAll(async () => {
    user = await startForTest()
    const staff = { scopes: ['openid', 'offline_access', 'account', 'orders', 'orders:read'] }
    app = await (await registrar(user)).register(staff)
  })
  afterAll(() => user[Symbol.asyncDispose]())

  const codeOf = (secret: string): string =>
    new TOTP({ secret: Secret.fromBase32(secret) }).generate({
      timestamp: user.clock.now().getTime(),
    })
  const wrongCode = (secret: string): string =>
    codeOf(secret).replace(/^./, (digit) => String((Number(digit) + 5) % 10))

  const enrol = async ({ rpc }: Pick<Member, 'rpc'>): Promise<string> => {
    const { secret } = await rpc.startTotp({})
    await rpc.confirmTotp({ code: codeOf(secret) })
    user.clock.forward(30_000) // each code serves once
    return secret
  }
  const atCode = async (member: Member) => {
    const own = browserFor(user)
    const page = await own.open(authorizeUrl(app, pkce(), { scope: 'openid orders' }))
    return { own, page: await signIn(own, page, member) }
  }
  const livingOf = (member: Member) =>
    user.query(
      'SELECT user_agent FROM session WHERE account_id = ? AND revoked_at IS NULL AND user_agent = ?',
      [member.user.id, 'Testbrowser/1.0'],
    )

  it('is a step of its own: nobody is signed in before the code', async () => {
    const ann = await user.join()
    const secret = await enrol(ann)
    const { own, page } = await atCode(ann)
    expect([page.status, page.statuses]).toEqual([200, [200]])
    expect(page.text).toContain('The six digits that your authenticator app shows now')
    expect(page.body).toContain('autocomplete="one-time-code"')
    expect(await livingOf(ann)).toEqual([])
    const aside = await own.open(authorizeUrl(app, pkce(), { scope: 'openid' }))
    expect(aside.text).toContain('Password') // who stops here is a stranger still

    const wrong = await own.press(page, 'Go on', { code: wrongCode(secret) })
    expect([wrong.status, wrong.text]).toEqual([
      401,
      expect.stringContaining('The code is wrong, too old, or was used before.'),
    ])
    expect(wrong.body).toContain('role="alert"')
    const used = codeOf(secret)
    const consent = await own.press(wrong, 'Go on', { code: used })
    expect(consent.text).toContain(`You are signed in as ${ann.email}`)
    const { page: next, own: other } = await atCode(ann)
    expect((await other.press(next, 'Go on', { code: used })).status).toBe(401)
    const back = await other.press(next, 'Use another account')
    expect(back.text).toContain('Sign in to go on to Price Watch E-mail')
  })

  it('S7 slows guesses of codes, on the pages and at the login together', async () => {
    const ann = await user.join()
    const secret = await enrol(ann)
    const { own, page } = await atCode(ann)
    let guess = page
    for (let more = 0; more < 5; more += 1) {
      guess = await own.press(guess, 'Go on', { code: wrongCode(secret) })
    }
    const slowed = await own.press(guess, 'Go on', { code: codeOf(secret) })
    expect([slowed.status, slowed.text]).toEqual([
      429,
      expect.stringContaining('Too many attempts.'),
    ])
    const login = user.guest.login({ ...ann, totp: codeOf(secret) })
    await expect(login).rejects.toMatchObject({ code: 'login_throttled' })
  })

  it('begins anew when the password, or whether a code is asked for, has changed meanwhile', async () => {
    const ann = await user.join()
    const secret = await enrol(ann)
    const { own, page } = await atCode(ann)
    const wish = { currentPassword: ann.password, newPassword: `${ann.password}!` }
    await ann.rpc.changePassword({ ...wish, refreshToken: ann.refreshToken })
    const late = await own.press(page, 'Go on', { code: codeOf(secret) })
    expect([late.status, late.text]).toEqual([
      401,
      expect.stringContaining('E-mail or password is wrong.'),
    ])
    expect(late.text).toContain('Password')
    expect(await livingOf(ann)).toEqual([])

    const bob = await user.join()
    const password = await atCode(bob) // he has no code yet, and is in
    expect(password.page.text).toContain('Allow Price Watch?')
    await enrol(bob)
    const after = await password.own.press(password.page, 'Allow')
    expect([after.status, after.text]).toEqual([400, expect.stringContaining('expired')])
  })

  it('is not waited for when the account is erased: nothing of the half login stays', async () => {
    const ann = await user.join()
    const secret = await enrol(ann)
    const kept = () =>
      user.query("SELECT digest FROM oauth_state WHERE kind = 'Interaction' ORDER BY digest")
    const before = await kept()
    const { own, page } = await atCode(ann)
    expect(await kept()).toHaveLength(before.length + 1)
    await ann.rpc.eraseMe({})
    expect(await kept()).toEqual(before)
    const late = await own.press(page, 'Go on', { code: codeOf(secret) })
    expect([late.status, late.text]).toEqual([400, expect.stringContaining('expired')])
  })

  it('staff without one lets a client do nothing for the shop, and with one only what it has', async () => {
    await using strict = await user.replica({ STAFF_TOTP: 'required' })
    const there = { ...user, oauth: strict.oauth }
    const bob = await user.hire('support')
    const scope = 'openid account orders:read'
    const without = await connected(there, app, bob, { scope })
    expect(decodeJwt(without.access_token)).toMatchObject({ roles: [], scope: 'openid account' })

    const carl = await user.hire('support')
    const secret = await enrol(carl)
    const own = browserFor(there)
    const proof = pkce()
    const asked = await signIn(own, await own.open(authorizeUrl(app, proof, { scope })), carl)
    const consent = await own.press(asked, 'Go on', { code: codeOf(secret) })
    const back = await own.press(consent, 'Allow')
    const code = back.url.searchParams.get('code') ?? ''
    const { json } = await programFor(there).exchange(app, code, proof)
    expect(decodeJwt(String(json['access_token']))).toMatchObject({
      roles: ['customer', 'support'],
      scope: 'openid account orders:read',
    })
  })

  it('is enrolled by a client with the password only: a consent is no fresh login', async () => {
    const ann = await user.join()
    const { access_token: token } = await connected(user, app, ann, { scope: 'openid account' })
    const rpc = user.rpc.as({ token })
    await expect(rpc.startTotp({})).rejects.toMatchObject({ code: 'password_required' })
    await rpc.startTotp({ password: ann.password })
  })
})
