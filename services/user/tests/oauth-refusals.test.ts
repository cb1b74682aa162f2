import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type App,
  authorizeUrl,
  browserFor,
  callback,
  pkce,
  programFor,
  registrar,
  spa,
} from './oauth-app.ts'
import { issuer, startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>

describe('an application that asks for what it cannot have', () => {
  let user: User
  let register: Awaited<ReturnType<typeof registrar>>['register']
  let app: App

  beforeAll(async () => {
    user = await startForTest()
    register = (await registrar(user)).register
    app = await register()
  })
  afterAll(() => user[Symbol.asyncDispose]())

  it.each([
    ['S11 the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    [
      'S11 the implicit flow of an ID token',
      { response_type: 'id_token' },
      'unsupported_response_type',
    ],
    ['S11 a hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['an answer by a form', { response_mode: 'form_post' }, 'unsupported_response_mode'],
    ['S12 no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['S12 a challenge in clear', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['S12 a challenge without its method', { code_challenge_method: '' }, 'invalid_request'],
    ['S20 a scope that it is not registered for', { scope: 'openid ops' }, 'invalid_scope'],
    ['another resource', { resource: 'https://other.example' }, 'invalid_target'],
    ['a request in a token', { request: 'x.y.z' }, 'request_not_supported'],
    [
      'a request elsewhere (S56)',
      { request_uri: 'https://app.example/r' },
      'request_uri_not_supported',
    ],
    ['nobody signed in, and no page', { prompt: 'none', scope: 'openid' }, 'login_required'],
  ])('is told why it gets nothing: %s', async (_what, of, error) => {
    const { url, statuses, status } = await browserFor(user).open(authorizeUrl(app, pkce(), of))
    const told = new URLSearchParams(url.search || url.hash.slice(1))
    expect({ at: url.origin, statuses, error: told.get('error') }).toEqual({
      at: 'https://app.example',
      statuses: [303],
      error,
    })
    expect([status, told.get('state'), told.get('iss')]).toEqual([303, 'a-state', issuer])
  })

  it.each([
    ['http', 'http://app.example/callback'],
    ['an extra query', `${callback}?x=1`],
    ['a fragment', `${callback}#x`],
    ['a longer path', `${callback}/more`],
    ['traversal', 'https://app.example/x/../callback'],
    ['user information', 'https://app.example@evil.example/callback'],
    ['a subdomain', 'https://evil.app.example/callback'],
    ['a suffix', 'https://app.example.evil.example/callback'],
    ['another port', 'https://app.example:8443/callback'],
    ['another case', 'https://app.example/Callback'],
    ['an encoded slash', 'https://app.example%2Fcallback'],
    ['a backslash', 'https://app.example\\callback'],
    ['a script', 'javascript:alert(1)'],
    ['none', ''],
  ])('S13 is sent nowhere with a redirect URI of its own: %s', async (_what, uri) => {
    const url = authorizeUrl(app, pkce(), { redirect_uri: uri })
    const { status, header, text } = await browserFor(user).open(url)
    expect([status, header('location')]).toEqual([400, undefined])
    expect(text).toMatch(/Wrong address|This did not work/)
  })

  it.each(['client-unknown', 'client-\u{1fed3}', 'ü', `client-${'9'.repeat(5_000)}`])(
    'S13 is unknown: nobody is sent anywhere: %j',
    async (id) => {
      const stranger = { id, secret: undefined }
      const { status, header, text } = await browserFor(user).open(authorizeUrl(stranger, pkce()))
      expect([status, header('location')]).toEqual([400, undefined])
      expect(text).toContain('Unknown application')
      const answer = await programFor(user).refresh(stranger, 'a-token')
      expect(answer).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
    },
  )

  it('S13 may vary the port of the loopback, where it is native, and nothing else', async () => {
    const native = await register({
      ...spa,
      applicationType: 'native',
      redirectUris: ['http://127.0.0.1/cb', 'com.example.app:/cb'],
    })
    const shown = async (redirect_uri: string) => {
      const { status, text } = await browserFor(user).open(
        authorizeUrl(native, pkce(), { redirect_uri }),
      )
      return status === 200 && text.includes('Sign in')
    }
    expect(await shown('http://127.0.0.1:51004/cb')).toBe(true)
    expect(await shown('com.example.app:/cb')).toBe(true)
    expect(await shown('http://127.0.0.1:51004/other')).toBe(false)
    expect(await shown('http://localhost:51004/cb')).toBe(false)
    expect(await shown('http://127.0.0.1.evil.example:51004/cb')).toBe(false)
    expect(await shown('com.example.app:/other')).toBe(false)
  })

  it('S11 has no grant by password', async () => {
    const ann = await user.join()
    const form = { grant_type: 'password', username: ann.email, password: ann.password }
    const answer = await programFor(user).post('/oauth2/token', app, form)
    expect(answer).toMatchObject({ status: 400, json: { error: 'unsupported_grant_type' } })
  })
})
