import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type App, connected, machine, programFor, registrar, spa } from './oauth-app.ts'
import { issuer, startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>

const invalidClient = { status: 401, json: { error: 'invalid_client' } }
const bearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

describe('a client that acts by itself', () => {
  let user: User
  let admin: Awaited<ReturnType<typeof registrar>>
  let till: App

  beforeAll(async () => {
    user = await startForTest()
    admin = await registrar(user)
    till = await admin.register(machine)
  })
  afterAll(() => user[Symbol.asyncDispose]())

  const asked = (app: App, of: Record<string, string> = { scope: 'orders:read' }) =>
    programFor(user).post('/oauth2/token', app, { grant_type: 'client_credentials', ...of })

  it('S19 gets a token that speaks for it, and for no user', async () => {
    const { status, json } = await asked(till)
    expect([status, json]).toEqual([
      200,
      {
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 300,
        scope: 'orders:read',
      },
    ])
    const claims = decodeJwt(String(json['access_token']))
    expect(claims).toEqual({
      iss: issuer,
      aud: 'micromart',
      sub: till.id,
      client_id: till.id,
      scope: 'orders:read',
      roles: [],
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims.iat) + 300,
    })
    expect(till.id).toMatch(/^client-[0-9a-f-]{36}$/) // a user's id is a bare UUID
  })

  it('S20 gets what it is registered for, as far as it needs no owner', async () => {
    const broad = await admin.register({
      grantTypes: ['authorization_code', 'client_credentials'],
      scopes: ['openid', 'account', 'orders', 'orders:read'],
    })
    expect(await asked(till, { scope: 'orders:read ops' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_scope', scope: 'ops' },
    })
    const some = await asked(broad, { scope: 'openid account orders orders:read' })
    expect(some.json['scope']).toBe('orders:read')
    for (const nothing of [{}, { scope: '' }]) {
      expect(await asked(till, nothing)).toMatchObject({
        status: 400,
        json: { error: 'invalid_scope' },
      })
    }
    expect(await asked(broad, { scope: 'account' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_scope' },
    })
  })

  it('S19 S30 is no user: it may what its scopes say, and has nothing of its own', async () => {
    const clerk = await admin.register({ ...machine, scopes: ['users:read', 'users:write'] })
    const { json } = await asked(clerk, { scope: 'users:read users:write' })
    const rpc = user.rpc.as({ token: String(json['access_token']) })
    expect((await rpc.listUsers({ limit: 1 })).items).toHaveLength(1)
    await expect(rpc.getMe({})).rejects.toMatchObject({ kind: 'forbidden', code: 'user_required' })
    const ann = await user.join()
    const roles = { id: ann.user.id, roles: ['admin'], expectedRoles: ['customer'] }
    await expect(rpc.setRoles(roles)).rejects.toMatchObject({ code: 'role_above_own' })
    const info = { authorization: `Bearer ${String(json['access_token'])}` }
    expect((await programFor(user).get('/oauth2/userinfo', info)).status).toBe(401)
  })

  it('S18 proves who it is by its secret', async () => {
    expect(await asked({ ...till, secret: 'guessed' })).toMatchObject(invalidClient)
    expect(await asked({ ...till, secret: undefined })).toMatchObject(invalidClient)
    expect(await asked({ id: 'client-unknown', secret: 'x' })).toMatchObject(invalidClient)
    const [row] = await user.query('SELECT secret_digest FROM oauth_client WHERE id = ?', [till.id])
    const stored = String(row?.['secret_digest'])
    expect(stored).toMatch(/^[0-9a-f]{64}$/)
    expect(await asked({ ...till, secret: stored })).toMatchObject(invalidClient) // the digest is no secret
    const inBody = { client_secret: till.secret ?? '', scope: 'orders:read' }
    expect((await asked({ ...till, secret: undefined }, inBody)).status).toBe(401)
  })

  it('S18 has its secret rotated without a gap, where that is wanted', async () => {
    const own = await admin.register(machine)
    const rotate = async (keepSeconds: number): Promise<App> => {
      const { secret } = await admin.rpc.rotateClientSecret({ id: own.id, keepSeconds })
      return { id: own.id, secret }
    }
    const second = await rotate(3_600)
    expect([(await asked(own)).status, (await asked(second)).status]).toEqual([200, 200])
    const third = await rotate(0)
    expect((await asked(own)).status).toBe(401)
    expect([(await asked(second)).status, (await asked(third)).status]).toEqual([401, 200])
  })

  it('S18 S56 proves who it is by a key of its own, with an assertion that serves once, for us, and not long', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const stranger = await generateKeyPair('ES256')
    const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] })
    const keyed = await admin.register({
      ...machine,
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks,
    })
    expect(keyed.secret).toBeUndefined()
    const assertion = (claims: Record<string, unknown> = {}, key = privateKey) => {
      const now = Math.floor(Date.now() / 1_000)
      const own = { iss: keyed.id, sub: keyed.id, aud: issuer, jti: systemIds.next() }
      return new SignJWT({ ...own, iat: now, exp: now + 60, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .sign(key)
    }
    const send = (client_assertion: string) =>
      asked(
        { id: keyed.id, secret: undefined },
        { client_assertion, client_assertion_type: bearer, scope: 'orders:read' },
      )

    const good = await assertion()
    expect(await send(good)).toMatchObject({ status: 200, json: { scope: 'orders:read' } })
    expect(await send(good)).toMatchObject(invalidClient)
    const fresh = await assertion()
    const parallel = await Promise.all([send(fresh), send(fresh), send(fresh), send(fresh)])
    expect(parallel.filter(({ status }) => status === 200).length).toBe(1)
    const now = Math.floor(Date.now() / 1_000)
    for (const bad of [
      await assertion({ aud: 'https://other.example' }),
      await assertion({ iss: till.id }),
      await assertion({ exp: now - 60 }),
      await assertion({ exp: now + 3_600 }),
      await assertion({ jti: undefined }),
      await assertion({}, stranger.privateKey),
      `${good.slice(0, good.lastIndexOf('.'))}.`,
    ]) {
      expect(await send(bad)).toMatchObject(invalidClient)
    }
    expect(await asked({ id: keyed.id, secret: 'x' })).toMatchObject(invalidClient)
  })

  it('S24 does not follow an address in an assertion', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    const now = Math.floor(Date.now() / 1_000)
    const forged = await new SignJWT({
      iss: till.id,
      sub: till.id,
      aud: issuer,
      jti: 'j',
      exp: now + 60,
    })
      .setProtectedHeader({
        alg: 'ES256',
        jku: 'https://evil.example/jwks',
        kid: '../../etc/passwd',
      })
      .sign(privateKey)
    const of = { client_assertion: forged, client_assertion_type: bearer, scope: 'orders:read' }
    expect(await asked({ ...till, secret: undefined }, of)).toMatchObject(invalidClient)
  })

  it('is not what an application without a secret can be', async () => {
    const open = await admin.register(spa)
    expect(await asked(open, { scope: 'orders' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    })
  })
})

describe('introspection', () => {
  it('S18 S20 tells a client of its own tokens, a service of ours of all, and a client without a secret nothing', async () => {
    await using user = await startForTest()
    const admin = await registrar(user)
    const [app, other, open] = [
      await admin.register(),
      await admin.register(),
      await admin.register(spa),
    ]
    const watcher = await admin.register({ ...machine, introspects: true })
    const bob = await user.hire('support')
    const way = await connected(user, app, bob)
    const { post } = programFor(user)
    const told = async (by: App, token: string) => {
      const { status, json } = await post('/oauth2/introspect', by, { token })
      return { status, json }
    }
    const inactive = { status: 200, json: { active: false } }
    const { iat, exp, jti } = decodeJwt(way.access_token)
    const active = {
      status: 200,
      json: {
        active: true,
        token_type: 'Bearer',
        iss: issuer,
        aud: 'micromart',
        sub: bob.user.id,
        client_id: app.id,
        scope: 'openid profile offline_access orders',
        iat,
        exp,
        jti,
      },
    }
    expect(await told(app, way.access_token)).toEqual(active)
    expect(await told(watcher, way.access_token)).toEqual(active)
    expect(await told(watcher, bob.accessToken)).toMatchObject({
      json: { active: true, client_id: 'micromart' },
    })
    expect(await told(watcher, way.refresh_token)).toMatchObject({
      json: { active: true, client_id: app.id },
    })
    expect(await told(other, way.access_token)).toEqual(inactive)
    expect(await told(other, way.refresh_token)).toEqual(inactive)
    for (const token of ['nonsense', way.id_token, `${way.access_token}x`]) {
      expect(await told(watcher, token)).toEqual(inactive)
    }
    for (const token of ['nonsense', way.access_token, way.refresh_token]) {
      expect(await told(open, token)).toMatchObject(invalidClient)
    }
    expect(await told({ ...watcher, secret: 'guessed' }, way.access_token)).toMatchObject(
      invalidClient,
    )

    await user.query('DELETE FROM account_role WHERE account_id = ?', [bob.user.id])
    expect(await told(watcher, bob.accessToken)).toMatchObject({
      json: { active: true, scope: '' },
    })
    await user.guest.logout({ refreshToken: bob.refreshToken })
    expect(await told(watcher, bob.accessToken)).toEqual(inactive) // its session has ended
    const by = await post('/oauth2/token', watcher, {
      grant_type: 'client_credentials',
      scope: 'orders:read catalog:write',
    })
    const token = String(by.json['access_token'])
    expect(await told(watcher, token)).toMatchObject({
      json: { active: true, sub: watcher.id, scope: 'catalog:write orders:read' },
    })
    await admin.rpc.removeClient({ id: app.id })
    expect(await told(watcher, way.access_token)).toEqual(inactive)
  })
})
