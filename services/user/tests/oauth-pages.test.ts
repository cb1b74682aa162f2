import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Visit } from '@micromart/testing'
import {
  type App,
  authorizeUrl,
  browserFor,
  callback,
  exchangeWith,
  pkce,
  programFor,
  registrar,
  signIn,
} from './oauth-app.ts'
import { issuer, startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>

describe('the pages of the authorization server', () => {
  let user: User
  let app: App

  beforeAll(async () => {
    user = await startForTest()
    app = await (await registrar(user)).register()
  })
  afterAll(() => user[Symbol.asyncDispose]())

  const opened = async (of = {}) => {
    const own = browserFor(user)
    return { own, page: await own.open(authorizeUrl(app, pkce(), of)) }
  }
  const told = ({ url }: Visit) => Object.fromEntries(url.searchParams)

  it('S17 S50 run no script, stand in no frame, are kept nowhere and send their forms nowhere else', async () => {
    const ann = await user.join()
    const { own, page } = await opened()
    const consent = await signIn(own, page, ann)
    const logout = await own.open('/oauth2/logout')
    const error = await own.open('/oauth2/authorize')
    for (const { body, header } of [page, consent, logout, error]) {
      const policy = header('content-security-policy') ?? ''
      expect(policy).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; /,
      )
      expect(policy).toContain("frame-ancestors 'none'")
      const [, css = ''] = /<style>([\s\S]*?)<\/style>/.exec(body) ?? []
      expect(policy).toContain(`'sha256-${createHash('sha256').update(css).digest('base64')}'`)
      expect(policy).not.toContain('script')
      expect(body).not.toMatch(/<script|\son\w+=|style=/i)
      expect(body).toContain('<html lang="en">')
    }
    const target = /form-action ([^;]*)/
    const targets = [page, consent, logout].map(
      ({ header }) => target.exec(header('content-security-policy') ?? '')?.[1],
    )
    expect(targets).toEqual(["'self' https://app.example", "'self' https://app.example", "'self'"])
    expect(consent.statuses).toEqual([303, 303, 200]) // never 307
  })

  it('ask by labels, and say what is wrong where it is read', async () => {
    const ann = await user.join()
    const { own, page } = await opened({ login_hint: 'ann@example.com' })
    expect(page.text).toContain('Sign in to go on to Price Watch E-mail Password Sign in Cancel')
    expect(page.body).toContain('value="ann@example.com"')
    for (const id of ['email', 'password']) {
      expect(page.body).toMatch(new RegExp(`<label for="${id}">`))
      expect(page.body).toMatch(new RegExp(`<input\\s+id="${id}"\\s+name="${id}"[^>]*\\srequired`))
    }
    expect(page.body).toContain('autocomplete="username"')
    expect(page.body).toContain('autocomplete="current-password"')

    const wrong = await own.press(page, 'Sign in', { email: '"><b>x', password: 'wrong' })
    expect([wrong.status, wrong.text]).toEqual([
      401,
      expect.stringContaining('E-mail or password is wrong.'),
    ])
    expect(wrong.body).toContain('<p class="fault" role="alert" id="fault">')
    expect(wrong.body).toContain('aria-invalid="true" aria-describedby="fault"')
    expect(wrong.body).toContain('value="&quot;&gt;&lt;b&gt;x"')
    const consent = await signIn(own, wrong, ann)
    expect(consent.text).toContain(`You are signed in as ${ann.email}`)
    expect(consent.text).toContain(
      'Price Watch asks to know that it is you when you come back see your name go on while you are away, until you end it or for 90 days at most place orders for you, and see, pay and cancel them',
    )
    expect(consent.text).toContain('Your answer goes to app.example')
  })

  it('S6 S7 tell a stranger no more than a login does, and slow him as much', async () => {
    const ann = await user.join()
    const { own, page } = await opened()
    let known = await own.press(page, 'Sign in', { email: ann.email, password: 'wrong' })
    const unknown = await own.press(page, 'Sign in', {
      email: 'nobody@example.com',
      password: 'wrong',
    })
    const neutral = (visit: Visit) => [visit.status, visit.text]
    expect(neutral(known)).toEqual(neutral(unknown))
    for (let more = 0; more < 4; more += 1) {
      known = await own.press(page, 'Sign in', { email: ann.email, password: 'wrong' })
    }
    const slowed = await signIn(own, known, ann)
    expect([slowed.status, slowed.header('retry-after')]).toEqual([429, '1'])
    expect(slowed.text).toContain('Too many attempts. Wait 1 second and try again.')
    await expect(user.guest.login(ann)).rejects.toMatchObject({ code: 'login_throttled' })
  })

  it('S17 a form from another site, or from another browser, does nothing', async () => {
    const ann = await user.join()
    const { own, page } = await opened()
    const typed = { email: ann.email, password: ann.password }
    const forged = await own.press(page, 'Sign in', typed, { 'sec-fetch-site': 'cross-site' })
    expect([forged.status, forged.text]).toEqual([403, expect.stringContaining('Not from here')])
    const thief = browserFor(user)
    const elsewhere = await signIn(thief, page, ann)
    expect([elsewhere.status, elsewhere.text]).toEqual([400, expect.stringContaining('expired')])
    const consent = await signIn(own, page, ann)
    expect((await thief.press(consent, 'Allow')).status).toBe(400)
    const twice = [await own.press(consent, 'Allow'), await own.press(consent, 'Allow')]
    expect(twice.map(({ url }) => url.origin)).toEqual(['https://app.example', issuer])
  })

  it('S17 a link does nothing that a form does', async () => {
    const ann = await user.join()
    const { own, page } = await opened()
    const consent = await signIn(own, page, ann)
    const steps = ['consent', 'switch', 'cancel'].map((step) => `${consent.url.pathname}/${step}`)
    for (const step of steps) expect((await own.open(step)).status).toBe(400)
    expect((await own.press(consent, 'Allow')).url.origin).toBe('https://app.example')
  })

  it('S17 an interaction is the one of its own cookie, whatever the address says', async () => {
    const ann = await user.join()
    const { own, page } = await opened()
    const { page: other } = await opened()
    const mixed = { ...page, body: page.body.replaceAll(page.url.pathname, other.url.pathname) }
    expect((await signIn(own, mixed, ann)).status).toBe(400)
  })

  it('let a person refuse, before and after he signs in', async () => {
    const ann = await user.join()
    const refused = {
      error: 'access_denied',
      state: 'a-state',
      iss: issuer,
      error_description: expect.any(String),
    }
    const first = await opened()
    expect(told(await first.own.press(first.page, 'Cancel'))).toEqual(refused)
    const second = await opened()
    const consent = await signIn(second.own, second.page, ann)
    const back = await second.own.press(consent, 'Refuse')
    expect(back.url.href.startsWith(callback)).toBe(true)
    expect(told(back)).toEqual(refused)
  })

  it('know a person who has signed in, and ask again only for what is new, or offline', async () => {
    const ann = await user.join()
    const { own, page } = await opened({ scope: 'openid orders' })
    const back = await own.press(await signIn(own, page, ann), 'Allow')
    expect(told(back)).toMatchObject({ code: expect.any(String) })
    const again = await own.open(authorizeUrl(app, pkce(), { scope: 'openid orders' }))
    expect([again.statuses, told(again)]).toEqual([
      [303],
      expect.objectContaining({ code: expect.any(String) }),
    ])
    const silent = await own.open(authorizeUrl(app, pkce(), { scope: 'openid', prompt: 'none' }))
    expect(told(silent)).toMatchObject({ code: expect.any(String) })
    const more = await own.open(authorizeUrl(app, pkce(), { scope: 'openid orders profile' }))
    expect(more.text).toContain('Allow Price Watch?')
    const offline = await own.open(authorizeUrl(app, pkce()))
    expect(offline.text).toContain('go on while you are away')
    const login = await own.open(authorizeUrl(app, pkce(), { prompt: 'login', scope: 'openid' }))
    expect(login.text).toContain('Sign in')
  })

  it('let another person sign in, and end what the first one’s browser held', async () => {
    const [ann, bob] = [await user.join(), await user.join()]
    const { own, page } = await opened()
    const consent = await signIn(own, page, ann)
    const changed = await own.press(consent, 'Use another account')
    expect(changed.text).toContain('Sign in')
    const other = await signIn(own, changed, bob)
    expect(other.text).toContain(`You are signed in as ${bob.email}`)
    const asked = await own.open(authorizeUrl(app, pkce(), { prompt: 'login', scope: 'openid' }))
    const third = await signIn(own, asked, ann)
    expect(third.text).toContain(`You are signed in as ${ann.email}`)
    const live = await user.query(
      'SELECT account_id FROM session WHERE revoked_at IS NULL AND user_agent = ? AND client_id IS NULL AND account_id IN (?, ?)',
      ['Testbrowser/1.0', ann.user.id, bob.user.id],
    )
    expect(live).toEqual([{ account_id: ann.user.id }])
  })

  it('tell a person, not a script, that somebody else has signed in meanwhile', async () => {
    const [ann, bob] = [await user.join(), await user.join()]
    const own = browserFor(user)
    const [first, second] = [
      await own.open(authorizeUrl(app, pkce())),
      await own.open(authorizeUrl(app, pkce())),
    ]
    await signIn(own, second, bob)
    const clash = await signIn(own, first, ann)
    expect([clash.status, clash.text]).toEqual([200, expect.stringContaining('Change accounts?')])
    expect(clash.body).not.toContain('<script')
    const on = await own.press(clash, 'Go on')
    expect(on.text).toContain(`You are signed in as ${ann.email}`)
  })

  it('S51 keep their cookies from scripts and other sites; over HTTPS from plain connections, too', async () => {
    const attributes = async (of: Pick<User, 'oauth'>, origin: string) => {
      const url = authorizeUrl(app, pkce())
      const target = new URL(`${url.pathname}${url.search}`, origin)
      const { headers } = await exchangeWith(of.oauth)({ method: 'GET', url: target, headers: {} })
      return [...headers].filter(([name]) => name === 'set-cookie').map(([, value]) => value)
    }
    const plain = await attributes(user, issuer)
    expect(plain).toHaveLength(2)
    for (const cookie of plain) {
      expect(cookie).toMatch(
        /^mm_(interaction|resume)=[\w-]{43}; path=\/oauth2\/(interaction|authorize)\/[\w-]{43}; expires=[^;]+; samesite=lax; httponly$/,
      )
    }
    await using secure = await user.replica({ ISSUER_URL: 'https://shop.example' })
    for (const cookie of await attributes(secure, 'https://shop.example')) {
      expect(cookie).toMatch(
        /^__Secure-mm_(interaction|resume)=.*; samesite=lax; secure; httponly$/,
      )
    }
  })

  it('say in a page what is wrong, whoever asks', async () => {
    const accept = { accept: 'application/json' }
    for (const path of ['/oauth2/logout?id_token_hint=none', '/oauth2/authorize?client_id=none']) {
      const { status, header } = await programFor(user).get(path, accept)
      expect([status, header('content-type')]).toEqual([400, 'text/html; charset=utf-8'])
    }
    const url = new URL('/oauth2/logout/confirm', issuer)
    const headers = { ...accept, 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await exchangeWith(user.oauth)({ method: 'POST', url, headers })
    const types = [...answer.headers].filter(([name]) => name === 'content-type')
    expect([answer.status, types]).toEqual([400, [['content-type', 'text/html; charset=utf-8']]])
  })

  it('send nobody on without a question when a stranger’s link says logout', async () => {
    const own = browserFor(user)
    const page = await own.open('/oauth2/logout?post_logout_redirect_uri=https://evil.example')
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('You are signed out')])
    const done = await own.press(page, 'Go on')
    expect([done.url.origin, done.text]).toEqual([
      issuer,
      expect.stringContaining('You can close this page.'),
    ])
    const unlisted = `/oauth2/logout?client_id=${app.id}&post_logout_redirect_uri=https://evil.example`
    expect((await own.open(unlisted)).status).toBe(400)
  })
})
