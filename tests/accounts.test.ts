import { spawn } from 'node:child_process'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import { OrderServiceService } from '@micromart/contracts/order'
import { UserServiceService } from '@micromart/contracts/user'
import { readMailbox } from '@micromart/testing'
import { Secret, TOTP } from 'otpauth'
import { codeOf, tokenOf } from './support/rpcs.ts'
import { call, eventually, secret, shop } from './support/shop.ts'
import { loginAs, newMember } from './support/shopper.ts'
import { openMysql } from './support/stores.ts'

type Tokens = { readonly accessToken: string; readonly refreshToken: string }
type Problem = { readonly code?: string }

const post = <Body = Problem>(url: string, body: unknown, token?: string) =>
  call<Body>('POST', url, { body, token })

/** Mails to an address, once there are so many. */
const mailsTo = (to: string, count: number) =>
  eventually(
    () => readMailbox(shop.mailbox, to),
    ({ length }) => length === count,
  )

describe('an account and its mailbox', () => {
  it('S10 is verified, and gets a new password, by links in mails', async () => {
    const { email, password, token, refreshToken } = await newMember()
    const [verification] = await mailsTo(email, 1)
    const page = /http\S+\/account\/verify/.exec(verification?.raw ?? '')?.[0] ?? ''
    expect((await fetch(page)).headers.get('content-type')).toContain('text/html')
    const link = { token: verification?.token }
    expect((await post('/v1/auth/verify-email', link)).status).toBe(204)
    expect((await post('/v1/auth/verify-email', link)).body.code).toBe('link_invalid')
    const { body: me } = await call('GET', '/v1/me', { token })
    expect(me).toMatchObject({ email, emailVerified: true })

    const answers = await Promise.all(
      [email, `nobody.${email}`].map((of) => post('/v1/auth/password-reset', { email: of })),
    )
    expect(answers.map(({ status, text: body }) => [status, body])).toEqual([
      [202, ''],
      [202, ''],
    ])
    const [, reset] = await mailsTo(email, 2)
    const wish = { token: reset?.token, password: `${password} anew` }
    expect((await post('/v1/auth/password-reset/confirm', wish)).status).toBe(204)

    expect((await post('/v1/auth/refresh', { refreshToken })).body.code).toBe('refresh_invalid')
    expect((await post('/v1/auth/login', { email, password })).body.code).toBe('credentials_wrong')
    expect((await post('/v1/auth/login', { email, password: wish.password })).status).toBe(200)
    const mails = await mailsTo(email, 3)
    expect(mails.map(({ subject }) => subject)).toEqual([
      'Is this your e-mail address?',
      'Set a new password',
      'Your password was changed',
    ])
    expect(await readMailbox(shop.mailbox, `nobody.${email}`)).toEqual([])
  })
})

describe('a second factor and sessions', () => {
  it('is enrolled, asked for, and switched off; sessions are seen and ended', async () => {
    const { email, password, token } = await newMember({ 'user-agent': 'The first' })
    const login = (totp?: string) =>
      call<Tokens & Problem>('POST', '/v1/auth/login', {
        headers: { 'user-agent': 'The second' },
        body: { email, password, ...(totp && { totp }) },
      })
    const begun = await call<{ secret: string }>('POST', '/v1/me/totp', { token })
    expect(begun.status).toBe(201)
    const totp = new TOTP({ secret: Secret.fromBase32(begun.body.secret) })
    const confirmed = await post<{ recoveryCodes: string[] }>(
      '/v1/me/totp/confirm',
      { code: totp.generate() },
      token,
    )
    expect(confirmed.body.recoveryCodes).toHaveLength(10)
    const [recovery, another] = confirmed.body.recoveryCodes

    const without = await login()
    expect([without.status, without.body.code]).toEqual([401, 'totp_required'])
    expect((await login('000 000')).body.code).toBe('totp_wrong')
    const { body: second } = await login(recovery)
    expect((await login(recovery)).body.code).toBe('totp_wrong') // it serves once

    type Session = { id: string; userAgent: string; address: string; current: boolean }
    const listed = await call<{ items: Session[] }>('GET', '/v1/me/sessions', { token })
    expect(listed.body.items).toMatchObject([
      { userAgent: 'The second', address: shop.address.replace(/\d+$/, '0/24'), current: false },
      { userAgent: 'The first', current: true },
    ])
    const ended = `/v1/me/sessions/${listed.body.items[0]?.id}`
    expect((await call('DELETE', ended, { token })).status).toBe(204)
    const { refreshToken } = second
    expect((await post('/v1/auth/refresh', { refreshToken })).status).toBe(401)
    const stranger = await newMember()
    const own = `/v1/me/sessions/${listed.body.items[1]?.id}`
    expect((await call('DELETE', own, { token: stranger.token })).status).toBe(404)

    const off = { token, body: { password, code: another } }
    expect((await call('DELETE', '/v1/me/totp', off)).status).toBe(204)
    expect((await login()).status).toBe(200)
  })
})

/** An RPC of each that decides by the user's token. */
const asksUser = { order: OrderServiceService.listOrders, user: UserServiceService.getMe }

/** `npm run keys` with the secrets of the running shop. */
const keys = async (...args: string[]): Promise<{ out: string; code: number | null }> => {
  const script = path.join(import.meta.dirname, '..', 'scripts', 'keys.mjs')
  const env = { ...process.env, MICROMART_HOME: path.dirname(shop.secrets) }
  const child = spawn(process.execPath, [script, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out: out + errors, code }
}

describe('signing keys', () => {
  let refreshToken: string
  let token: string
  beforeAll(async () => {
    ;({ token, refreshToken } = await newMember())
    // As if the shop ran for an hour: the key that comes next is known to every verifier.
    const connection = await openMysql(secret('mysql-user'))
    await connection.query('UPDATE signing_key SET created_at = created_at - INTERVAL 1 HOUR')
    await connection.end()
  })

  const refreshed = async (): Promise<string> => {
    const { status, body } = await post<Tokens>('/v1/auth/refresh', { refreshToken })
    expect(status).toBe(200)
    ;({ refreshToken } = body)
    return body.accessToken
  }
  const statuses = (of: string) =>
    Promise.all(
      ['/v1/me', '/v1/orders', '/v1/cart'].map(
        async (url) => (await call('GET', url, { token: of })).status,
      ),
    )
  const kidOf = (of: string): string => {
    const [header = ''] = of.split('.')
    return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string }).kid
  }
  /** What services say that nobody but the gateway asks. */
  const behind = (of: string) => {
    const asked = ([apps.order, apps.user] as const).map((app) => {
      const headers = { authorization: `Bearer ${of}`, 'dapr-api-token': tokenOf(app, 'app') }
      return codeOf(shop.ports[app]?.app ?? 0, asksUser[app], headers)
    })
    return Promise.all(asked)
  }

  it('S27 rotate under load without one 401', async () => {
    const before = kidOf(token)
    const command = keys('rotate')
    const seen = new Set<number>()
    let newest = token
    await eventually(
      async () => {
        for (const each of [token, newest])
          for (const status of await statuses(each)) seen.add(status)
        newest = await refreshed()
        return kidOf(newest)
      },
      (kid) => kid !== before,
      20_000,
    )
    const { out, code } = await command
    expect({ out, code }).toEqual({
      out: `${kidOf(newest)} signs; ${before} still verifies\n`,
      code: 0,
    })
    for (const each of [token, newest]) for (const status of await statuses(each)) seen.add(status)
    expect([...seen]).toEqual([200])
  }, 60_000)

  it('S27 that were revoked verify nothing within seconds, at the gateway and behind it', async () => {
    const { out, code } = await keys('revoke', kidOf(token))
    expect({ out, code }).toMatchObject({ code: 0, out: expect.stringContaining('is revoked') })
    const refused = { code: 'UNAUTHENTICATED', details: 'token_invalid' }
    await eventually(
      async () => [await statuses(token), await behind(token)],
      (all) =>
        JSON.stringify(all) ===
        JSON.stringify([
          [401, 401, 401],
          [refused, refused],
        ]),
      8_000,
    )
    expect(await statuses(await refreshed())).toEqual([200, 200, 200])
    await loginAs('admin')
  })
})
