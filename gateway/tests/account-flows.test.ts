import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { TotpState } from '@micromart/contracts/user'
import { DomainError, systemIds } from '@micromart/kernel'
import type { Test } from 'supertest'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const at = new Date('2026-01-31T12:00:00.000Z')
const session = {
  id: systemIds.next(),
  startedAt: at,
  lastUsedAt: at,
  clientId: 'a-client',
  clientName: 'An app',
  clientScopes: ['orders'],
  device: { userAgent: 'Firefox' },
  current: true,
  endedAt: undefined,
}

let shop: TestGateway
beforeAll(async () => {
  shop = await startForTest()
  const { answer } = shop.sidecar
  answer('user', 'VerifyEmail', () => ({}))
  answer('user', 'RequestEmailVerification', () => ({}))
  answer('user', 'RequestPasswordReset', () => ({}))
  answer('user', 'ResetPassword', () => ({}))
  answer('user', 'GetTotp', () => ({
    totp: { state: TotpState.TOTP_STATE_PENDING, since: undefined, recoveryCodesLeft: 0 },
  }))
  answer('user', 'StartTotp', () => ({ secret: 'ABC', otpauthUri: 'otpauth://totp/x' }))
  answer('user', 'ConfirmTotp', () => ({ recoveryCodes: ['AAAA-BBBB'] }))
  answer('user', 'DisableTotp', () => ({}))
  answer('user', 'ListSessions', () => ({ items: [session] }))
  answer('user', 'EndSession', () => ({}))
})
afterEach(() => shop.sidecar.forget())
afterAll(() => shop[Symbol.asyncDispose]())

const as = (test: Test): Test => test.set('Authorization', shop.token())
const sentTo = (rpc: string) => shop.sidecar.recorded(`user.${rpc}`)[0]?.request

describe('the mailbox', () => {
  it.each([
    ['/v1/auth/verify-email', 204, 'VerifyEmail', { token: 't' }],
    ['/v1/auth/password-reset', 202, 'RequestPasswordReset', { email: 'ann@example.com' }],
    [
      '/v1/auth/password-reset/confirm',
      204,
      'ResetPassword',
      { token: 't', password: 'a new one' },
    ],
  ])(
    'S10 POST %s answers %i, whatever there is, and without a body',
    async (path, status, rpc, body) => {
      const response = await shop.http.post(path).send(body)
      expectDocumented(response)
      expect([response.status, response.text]).toEqual([status, ''])
      expect(response.headers['cache-control']).toBe('no-store')
      expect(sentTo(rpc)).toEqual(body)
    },
  )

  it('sends the verification once more to who asks for it', async () => {
    const response = await as(shop.http.post('/v1/me/verify-email'))
    expectDocumented(response)
    expect(response.status).toBe(202)
    expect(shop.calls()).toEqual(['user.RequestEmailVerification'])
  })

  it('S52 a link that serves no more is 400 at its token', async () => {
    shop.sidecar.answer('user', 'ResetPassword', () => {
      const fields = [{ path: '/token', code: 'link_invalid', message: 'serves no more' }]
      throw new DomainError('invalid', 'link_invalid', {}, { fields })
    })
    const body = { token: 't', password: 'a new one' }
    const response = await shop.http.post('/v1/auth/password-reset/confirm').send(body)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([400, 'link_invalid'])
    expect(response.body.errors).toEqual([expect.objectContaining({ path: '/token' })])
  })
})

describe('the second factor', () => {
  it('is begun without a body or with the password, and its secret is told', async () => {
    const fresh = await as(shop.http.post('/v1/me/totp'))
    expectDocumented(fresh)
    expect([fresh.status, fresh.body]).toEqual([
      201,
      { secret: 'ABC', otpauthUri: 'otpauth://totp/x' },
    ])
    expect(fresh.headers['cache-control']).toBe('no-store')
    await as(shop.http.post('/v1/me/totp')).send({ password: 'p' })
    const asked = shop.sidecar.recorded('user.StartTotp').map(({ request }) => request)
    expect(asked).toEqual([{ password: undefined }, { password: 'p' }])
  })

  it('is confirmed, looked at and switched off', async () => {
    const confirmed = await as(shop.http.post('/v1/me/totp/confirm')).send({ code: '123456' })
    const read = await as(shop.http.get('/v1/me/totp'))
    const off = await as(shop.http.delete('/v1/me/totp')).send({ password: 'p', code: '123456' })
    for (const response of [confirmed, read, off]) expectDocumented(response)
    expect(confirmed.body).toEqual({ recoveryCodes: ['AAAA-BBBB'] })
    expect(read.body).toEqual({ state: 'pending', since: null, recoveryCodesLeft: 0 })
    expect([off.status, off.text]).toEqual([204, ''])
    expect(sentTo('DisableTotp')).toEqual({ password: 'p', code: '123456' })
  })

  it.each([
    ['totp_required', 'unauthenticated', 401],
    ['totp_wrong', 'unauthenticated', 401],
    ['login_throttled', 'unavailable', 429],
  ] as const)('a login that is refused with %s says so', async (code, kind, status) => {
    shop.sidecar.answer('user', 'Login', () => {
      throw new DomainError(kind, code, { retryAfter: '900' })
    })
    const body = { email: 'ann@example.com', password: 'p' }
    const response = await shop.http.post('/v1/auth/login').send(body)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([status, code])
    if (status === 429) expect(response.headers['retry-after']).toBe('900')
  })
})

describe('my sessions', () => {
  it('are listed, and ended by their id', async () => {
    const listed = await as(shop.http.get('/v1/me/sessions'))
    const ended = await as(shop.http.delete(`/v1/me/sessions/${session.id}`))
    for (const response of [listed, ended]) expectDocumented(response)
    const time = at.toISOString()
    const client = { id: 'a-client', name: 'An app', scopes: ['orders'] }
    const item = { id: session.id, startedAt: time, lastUsedAt: time, client }
    const items = [{ ...item, userAgent: 'Firefox', address: null, current: true }]
    expect(listed.body).toEqual({ items, nextCursor: null })
    expect(ended.status).toBe(204)
    expect(sentTo('EndSession')).toEqual({ id: session.id })
  })

  it('S31 another’s is 404', async () => {
    shop.sidecar.answer('user', 'EndSession', () => {
      throw new DomainError('not_found', 'session_not_found')
    })
    const response = await as(shop.http.delete(`/v1/me/sessions/${systemIds.next()}`))
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([404, 'session_not_found'])
  })
})

describe('the pages that links in mails lead to', () => {
  it.each(['verify', 'reset'])(
    'S50 /account/%s runs its own script and no other, in no frame',
    async (name) => {
      const page = await shop.http.get(`/account/${name}`)
      expect(page.status).toBe(200)
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
      const policy = String(page.headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'; script-src 'self';")
      expect(policy).toContain("frame-ancestors 'none'")
      const parts = [...page.text.matchAll(/(?:src|href)="(\/account\/[^"]+)"/g)].map(
        ([, path = '']) => path,
      )
      expect(parts).toEqual(['/account/account.css', `/account/${name}.js`])
      for (const path of [...parts, '/account/link.js']) {
        const { status, headers } = await shop.http.get(path)
        expect([path, status]).toEqual([path, 200])
        expect(headers['content-type']).toMatch(/^text\/(?:css|javascript); charset=utf-8$/)
      }
      expect(shop.calls()).toEqual([])
    },
  )

  it('and nothing else lies there', async () => {
    for (const path of ['other', 'verify.html.bak', '..%2fopenapi.json', '%2e%2e']) {
      expect((await shop.http.get(`/account/${path}`)).status).toBe(404)
    }
  })
})
