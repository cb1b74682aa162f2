import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
  type JWTPayload,
} from 'jose'
import {
  type App,
  authorized,
  authorizeUrl,
  browserFor,
  callback,
  connected,
  pkce,
  programFor,
  registrar,
  signIn,
  spa,
} from './oauth-app.ts'
import { issuer, minutes, startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>

const invalidGrant = { status: 400, json: { error: 'invalid_grant' } }

describe('an application that acts for somebody', () => {
  let user: User
  let register: Awaited<ReturnType<typeof registrar>>['register']
  let app: App

  beforeAll(async () => {
    user = await startForTest()
    register = (await registrar(user)).register
    app = await register()
  })
  afterAll(() => user[Symbol.asyncDispose]())

  const claimsOf = async (token: string, typ?: string): Promise<JWTPayload> => {
    const { jwks } = await user.guest.getJwks({})
    const keys = createLocalJWKSet(JSON.parse(jwks) as JSONWebKeySet)
    const { payload } = await jwtVerify(token, keys, { issuer, ...(typ && { typ }) })
    return payload
  }

  it('S16 S29 gets tokens like those of a login, for what its user allows', async () => {
    const ann = await user.join()
    const { back, proof, code } = await authorized(user, app, ann)
    expect(back.url.href.startsWith(`${callback}?code=`)).toBe(true)
    expect(Object.fromEntries(back.url.searchParams)).toEqual({
      code,
      state: 'a-state',
      iss: issuer,
    })
    const answer = await programFor(user).exchange(app, code, proof)

    expect(answer.status).toBe(200)
    expect(answer.header('cache-control')).toBe('no-store')
    expect(answer.json).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      id_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'openid profile offline_access orders',
    })
    const accessToken = String(answer.json['access_token'])
    expect(accessToken.length).toBeLessThan(2048)
    expect(decodeProtectedHeader(accessToken)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    })
    const claims = await claimsOf(accessToken, 'at+jwt')
    expect(claims).toEqual({
      iss: issuer,
      aud: 'micromart',
      sub: ann.user.id,
      client_id: app.id,
      scope: 'openid profile offline_access orders',
      roles: ['customer'],
      sid: expect.any(String),
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims.iat) + 300,
    })
    const rpc = user.rpc.as({ token: accessToken })
    await rpc.getCheckoutDetails({})
    await expect(rpc.getMe({})).rejects.toMatchObject({ code: 'scope_missing' }) // `account` was not allowed
  })

  it('an ID token says who and no more; name and address are told with consent, at the userinfo endpoint', async () => {
    const ann = await user.join()
    const all = await connected(user, app, ann, { scope: 'openid profile email' })
    const idClaims = await claimsOf(all.id_token)
    expect(idClaims).toEqual({
      iss: issuer,
      aud: app.id,
      sub: ann.user.id,
      nonce: 'a-nonce',
      iat: expect.any(Number),
      exp: expect.any(Number),
    })
    const { get } = programFor(user)
    const told = async (token: string) => {
      const bearer = { authorization: `Bearer ${token}` }
      const { status, json, header } = await get('/oauth2/userinfo', bearer)
      return { status, json, challenge: header('www-authenticate') }
    }
    expect(await told(all.access_token)).toMatchObject({
      status: 200,
      json: { sub: ann.user.id, name: 'Ann Member', email: ann.email, email_verified: false },
    })
    const some = await connected(user, app, ann, { scope: 'openid' })
    expect(await told(some.access_token)).toMatchObject({ status: 200, json: { sub: ann.user.id } })
    expect(some.answer['refresh_token']).toBeUndefined() // not asked for: offline_access

    expect(await told(ann.accessToken)).toEqual({
      status: 403,
      json: { error: 'insufficient_scope' },
      challenge: 'Bearer realm="micromart", error="insufficient_scope"',
    })
    for (const token of [all.id_token, 'nonsense']) {
      expect(await told(token)).toMatchObject({ status: 401, json: { error: 'invalid_token' } })
    }
    expect((await get('/oauth2/userinfo')).header('www-authenticate')).toBe(
      'Bearer realm="micromart"',
    )
  })

  it('S12 S14 gets no tokens for a code without its verifier, from another client or for another address', async () => {
    const ann = await user.join()
    const other = await register()
    const { exchange } = programFor(user)
    const { code, proof } = await authorized(user, app, ann)
    expect(await exchange(app, code, pkce())).toMatchObject(invalidGrant)
    expect(await exchange(app, code, proof, { code_verifier: '' })).toMatchObject(invalidGrant)
    expect(await exchange(other, code, proof)).toMatchObject(invalidGrant)
    const elsewhere = { redirect_uri: 'https://app.example/other' }
    expect(await exchange(app, code, proof, elsewhere)).toMatchObject(invalidGrant)
    expect(await exchange(app, code, proof)).toMatchObject({ status: 200 }) // it was not used up
  })

  it('S14 a second use of a code ends what the first gave', async () => {
    const ann = await user.join()
    const { code, proof, refresh_token: token } = await connected(user, app, ann)
    const { exchange, refresh } = programFor(user)
    expect(await exchange(app, code, proof)).toMatchObject(invalidGrant)
    expect(await refresh(app, token)).toMatchObject(invalidGrant)
  })

  it('S14 S64 of many uses of a code at once at most one gives tokens, and no family outlives them', async () => {
    const ann = await user.join()
    const { code, proof } = await authorized(user, app, ann)
    const { exchange, refresh } = programFor(user)
    const answers = await Promise.all(Array.from({ length: 12 }, () => exchange(app, code, proof)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won.length).toBeLessThanOrEqual(1)
    expect(answers.length - won.length).toBeGreaterThanOrEqual(11)
    for (const { json } of won) {
      expect(await refresh(app, json['refresh_token'])).toMatchObject(invalidGrant)
    }
  })

  it('S15 gets a new refresh token with each use; a used one ends the family, and no other', async () => {
    const ann = await user.join()
    const first = await connected(user, app, ann)
    const elsewhere = await connected(user, app, ann)
    const { refresh } = programFor(user)
    const second = await refresh(app, first.refresh_token)
    expect(second).toMatchObject({ status: 200, json: { token_type: 'Bearer', expires_in: 300 } })
    expect(second.json['refresh_token']).not.toBe(first.refresh_token)
    const narrower = await refresh(app, second.json['refresh_token'], { scope: 'openid' })
    expect(narrower.json['scope']).toBe('openid')

    expect(await refresh(app, first.refresh_token)).toMatchObject(invalidGrant)
    expect(await refresh(app, narrower.json['refresh_token'])).toMatchObject(invalidGrant)
    expect(await refresh(app, elsewhere.refresh_token)).toMatchObject({ status: 200 })
  })

  it('S15 S64 of parallel uses of a refresh token at most one family lives on', async () => {
    const ann = await user.join()
    const { refresh_token: token } = await connected(user, app, ann)
    const { refresh } = programFor(user)
    const answers = await Promise.all(Array.from({ length: 12 }, () => refresh(app, token)))
    const won = answers.filter(({ status }) => status === 200)
    expect(won.length).toBeLessThanOrEqual(1)
    for (const { json } of won) {
      expect(await refresh(app, json['refresh_token'])).toMatchObject(invalidGrant)
    }
  })

  it('S18 S25 a refresh token is its client’s alone, and no bearer; each endpoint takes its own', async () => {
    const ann = await user.join()
    const [other, open] = [await register(), await register(spa)]
    const { refresh_token: token } = await connected(user, app, ann)
    const { refresh } = programFor(user)
    expect(await refresh(other, token)).toMatchObject(invalidGrant)
    expect(await refresh(open, token)).toMatchObject(invalidGrant)
    const unproven = { id: app.id, secret: undefined }
    expect(await refresh(unproven, token)).toMatchObject({
      status: 401,
      json: { error: 'invalid_client' },
    })
    await expect(user.guest.refresh({ refreshToken: token })).rejects.toMatchObject({
      code: 'refresh_invalid',
    })
    await expect(user.rpc.as({ token }).getMe({})).rejects.toMatchObject({ code: 'token_invalid' })
    expect(await refresh(app, ann.refreshToken)).toMatchObject(invalidGrant)
    expect(await refresh(app, token)).toMatchObject({ status: 200 }) // none of that used it up
    await user.guest.refresh({ refreshToken: ann.refreshToken })
  })

  it('S20 gets of what it asks what its user’s roles give, and at the next refresh what they give then', async () => {
    const staff = await register({ scopes: ['openid', 'offline_access', 'orders', 'orders:read'] })
    const bob = await user.hire('support')
    const way = await connected(user, staff, bob, { scope: 'openid offline_access orders:read' })
    expect(way.answer['scope']).toBe('openid offline_access orders:read')
    await user.query('DELETE FROM account_role WHERE account_id = ? AND role = ?', [
      bob.user.id,
      'support',
    ])
    const { json } = await programFor(user).refresh(staff, way.refresh_token)
    expect(json['scope']).toBe('openid offline_access')

    const ann = await user.join()
    const own = browserFor(user)
    const url = authorizeUrl(staff, pkce(), { scope: 'openid orders orders:read' })
    const asked = await signIn(own, await own.open(url), ann)
    expect(asked.text).toContain('place orders for you')
    expect(asked.text).not.toContain('see the orders of all customers')
  })

  it('S59 leaves no code, token or cookie in clear in the database', async () => {
    const ann = await user.join()
    const way = await connected(user, app, ann)
    const tables = ['oauth_state', 'oauth_client', 'oauth_grant', 'refresh_token', 'session']
    const rows = await Promise.all(tables.map((table) => user.query(`SELECT * FROM ${table}`)))
    const kept = JSON.stringify(rows)
    expect(kept).toContain(app.id)
    const secrets = [way.code, way.refresh_token, way.access_token, app.secret ?? '', 'a-nonce']
    for (const secret of secrets) expect(kept.includes(secret)).toBe(false)
  })
})

describe('the times of an application', () => {
  it('S14 S15 are a minute for a code, 30 days for a refresh token, 90 days in all', async () => {
    await using user = await startForTest()
    const app = await (await registrar(user)).register()
    const ann = await user.join()
    const late = await authorized(user, app, ann)
    const [idle, kept] = [await connected(user, app, ann), await connected(user, app, ann)]
    const { exchange, refresh } = programFor(user)

    user.clock.forward(minutes(1))
    expect(await exchange(app, late.code, late.proof)).toMatchObject(invalidGrant)
    const month = 30 * 24 * 60 - 2
    let token: unknown = kept.refresh_token
    for (const _ of [1, 2]) {
      user.clock.forward(minutes(month))
      token = (await refresh(app, token)).json['refresh_token']
      expect(token).toEqual(expect.any(String))
    }
    expect(await refresh(app, idle.refresh_token)).toMatchObject(invalidGrant)
    user.clock.forward(minutes(month + 10))
    expect(await refresh(app, token)).toMatchObject(invalidGrant)
  })

  it('S27 its tokens are signed by the key of the moment, before and after a rotation', async () => {
    await using user = await startForTest({ KEYS_EVERY_MS: '20' })
    const app = await (await registrar(user)).register()
    const ann = await user.join()
    const signer = async () => {
      const { access_token, id_token } = await connected(user, app, ann)
      expect(decodeProtectedHeader(id_token).kid).toBe(decodeProtectedHeader(access_token).kid)
      return { kid: decodeProtectedHeader(access_token).kid, hint: id_token }
    }
    const before = await signer()
    await user.query(
      'UPDATE signing_key SET created_at = created_at - INTERVAL 31 DAY, active_since = active_since - INTERVAL 31 DAY',
    )
    await eventually(async () => {
      const [active] = await user.query("SELECT kid FROM signing_key WHERE slot = 'active'")
      expect(active?.['kid']).not.toBe(before.kid)
    })
    user.clock.forward(minutes(2))
    const published = async () => JSON.parse((await user.guest.getJwks({})).jwks) as JSONWebKeySet
    expect((await published()).keys.map(({ kid }) => kid)).toContain(before.kid)
    const after = await signer()
    expect(after.kid).not.toBe(before.kid)
    // An ID token that the old key signed is known still: as the hint of a logout.
    const hinted = `/oauth2/logout?id_token_hint=${before.hint}`
    expect((await browserFor(user).open(hinted)).status).toBe(200)
  })
})
