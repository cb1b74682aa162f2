import { beforeAll, describe, expect, it } from '@jest/globals'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { shopBrowser } from './support/pages.ts'
import { call, shop } from './support/shop.ts'
import { newMember } from './support/shopper.ts'

const redirectUri = 'https://app.example/callback'
const afterLogout = 'https://app.example/bye'

type Added = { readonly id: string; readonly secret: string | null }

const run = promisify(execFile)

/** `npm run clients -- ...`, against the running shop. */
const clients = async <T = Added>(...args: readonly string[]): Promise<T> => {
  const { email, password } = shop.accounts.admin
  const { stdout } = await run(
    process.execPath,
    ['scripts/clients.mjs', ...args, '--json', '--url', shop.gateway, '--account', 'env'],
    { env: { ...process.env, MICROMART_ACCOUNT: `${email}:${password}` } },
  )
  return JSON.parse(stdout) as T
}

const scopesOf = (...scopes: readonly string[]) => scopes.flatMap((scope) => ['--scope', scope])

/** What a client knows of the server: its metadata, read where they stand. The shop of the tests speaks plain HTTP. */
const discovered = (id: string, auth?: oidc.ClientAuth) =>
  oidc.discovery(new URL(shop.gateway), id, undefined, auth, {
    execute: [oidc.allowInsecureRequests],
  })

const startOf = async (config: oidc.Configuration, scope: string) => {
  const verifier = oidc.randomPKCECodeVerifier()
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
  }
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  return { url, checks }
}

const allowed = async (url: URL, { email, password }: { email: string; password: string }) => {
  const own = shopBrowser()
  const consent = await own.press(await own.open(url), 'Sign in', { email, password })
  const back = await own.press(consent, 'Allow')
  return { own, back: back.url }
}

describe('an application with openid-client', () => {
  let app: Added
  let config: oidc.Configuration

  beforeAll(async () => {
    app = await clients(
      'add',
      '--name=Price Watch',
      `--redirect-uri=${redirectUri}`,
      `--post-logout-redirect-uri=${afterLogout}`,
      ...scopesOf('openid profile email offline_access', 'account', 'cart', 'orders'),
    )
    config = await discovered(app.id, oidc.ClientSecretBasic(app.secret ?? ''))
  })

  it('finds the server by its metadata, which name no other issuer', () => {
    expect(config.serverMetadata()).toMatchObject({
      issuer: new URL(shop.gateway).origin,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
  })

  it('signs a shopper in, acts for him, refreshes, revokes and signs him out', async () => {
    const member = await newMember()
    const { url, checks } = await startOf(
      config,
      'openid profile email offline_access account orders',
    )
    const { own, back } = await allowed(url, member)
    const tokens = await oidc.authorizationCodeGrant(config, back, {
      ...checks,
      idTokenExpected: true,
    })
    const sub = tokens.claims()?.sub ?? ''

    const me = await call<{ id: string; email: string }>('GET', '/v1/me', {
      token: tokens.access_token,
    })
    expect([me.status, me.body]).toEqual([
      200,
      expect.objectContaining({ id: sub, email: member.email }),
    ])
    const info = await oidc.fetchUserInfo(config, tokens.access_token, sub)
    expect(info).toEqual({ sub, name: 'Test Shopper', email: member.email, email_verified: false })
    expect((await call('GET', '/v1/orders', { token: tokens.access_token })).status).toBe(200)
    const cart = await call('GET', '/v1/cart', { token: tokens.access_token })
    expect([cart.status, cart.body['code']]).toEqual([403, 'scope_missing']) // not asked for
    const admin = await call('GET', '/v1/admin/orders', { token: tokens.access_token })
    expect(admin.status).toBe(403)

    const fresh = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect((await call('GET', '/v1/me', { token: fresh.access_token })).status).toBe(200)
    expect(await oidc.tokenIntrospection(config, fresh.access_token)).toMatchObject({
      active: true,
      sub,
      client_id: app.id,
    })
    await oidc.tokenRevocation(config, fresh.refresh_token ?? '')
    await expect(oidc.refreshTokenGrant(config, fresh.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    expect(await oidc.tokenIntrospection(config, fresh.access_token)).toEqual({ active: false })

    const out = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: afterLogout,
      state: 'out',
    })
    const gone = await own.press(await own.open(out), 'Sign out')
    expect(gone.url.href).toBe(`${afterLogout}?state=out`)
    expect((await own.open(url)).text).toContain('Sign in')
  })

  it('S16 S21 takes no answer that is not for it: another state, issuer or nonce', async () => {
    const member = await newMember()
    const { url, checks } = await startOf(config, 'openid')
    const { back } = await allowed(url, member)
    const withParam = (name: string, value: string) => {
      const altered = new URL(back)
      altered.searchParams.set(name, value)
      return altered
    }
    const taken = (answer: URL, more: object = {}) =>
      oidc.authorizationCodeGrant(config, answer, { ...checks, ...more })
    const because = (of: string) => ({ cause: { message: expect.stringContaining(of) } })
    await expect(taken(withParam('state', 'forged'))).rejects.toMatchObject(because('state'))
    const mixedUp = withParam('iss', 'https://evil.example')
    await expect(taken(mixedUp)).rejects.toMatchObject(because('iss'))
    const another = { expectedNonce: 'another' }
    await expect(taken(back, another)).rejects.toMatchObject(because('nonce'))
  })

  it('S27 the published keys verify its tokens, and those of a login', async () => {
    const member = await newMember()
    const { url, checks } = await startOf(config, 'openid orders')
    const { back } = await allowed(url, member)
    const { access_token: token } = await oidc.authorizationCodeGrant(config, back, checks)
    const { issuer, jwks_uri: address = '' } = config.serverMetadata()
    const keys = createRemoteJWKSet(new URL(address))
    const of = { issuer, audience: 'micromart', typ: 'at+jwt', algorithms: ['ES256'] }
    for (const [signed, client] of [
      [token, app.id],
      [member.token, 'micromart'],
    ] as const) {
      const { payload } = await jwtVerify(signed, keys, of)
      expect(payload['client_id']).toBe(client)
    }
  })
})

describe('an application in a browser', () => {
  it('keeps no secret: its code needs its verifier', async () => {
    const spa = await clients(
      'add',
      '--name=Shop Window',
      '--public',
      `--redirect-uri=${redirectUri}`,
      ...scopesOf('openid', 'cart'),
    )
    expect(spa.secret).toBeNull()
    const config = await discovered(spa.id, oidc.None())
    const { url, checks } = await startOf(config, 'openid cart')
    const { back } = await allowed(url, await newMember())
    const stolen = oidc.authorizationCodeGrant(config, back, {
      ...checks,
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    })
    await expect(stolen).rejects.toMatchObject({ error: 'invalid_grant' })
    const tokens = await oidc.authorizationCodeGrant(config, back, checks)
    expect((await call('GET', '/v1/cart', { token: tokens.access_token })).status).toBe(200)
    expect(tokens.refresh_token).toBeUndefined()
  })
})

describe('a machine', () => {
  it('proves itself by its secret, has what staff has by the same scope, and nothing of a user', async () => {
    const till = await clients('add', '--name', 'Till', ...scopesOf('orders:read', 'stock:write'))
    const config = await discovered(till.id, oidc.ClientSecretBasic(till.secret ?? ''))
    const { access_token: token } = await oidc.clientCredentialsGrant(config, {
      scope: 'orders:read',
    })
    const status = async (url: string) => {
      const answer = await call('GET', url, { token })
      return [answer.status, answer.body['code']]
    }
    expect(await status('/v1/admin/orders')).toEqual([200, undefined])
    expect(await status('/v1/admin/users')).toEqual([403, 'scope_missing'])
    expect(await status('/v1/me')).toEqual([403, 'user_required'])
    expect(await status('/v1/orders')).toEqual([403, 'user_required'])
    expect(await status('/v1/cart')).toEqual([403, 'user_required'])

    const rotated = await clients('rotate-secret', till.id)
    await expect(
      oidc.clientCredentialsGrant(config, { scope: 'orders:read' }),
    ).rejects.toMatchObject({ status: 401 })
    const renewed = await discovered(till.id, oidc.ClientSecretBasic(rotated.secret ?? ''))
    expect(await oidc.clientCredentialsGrant(renewed, { scope: 'orders:read' })).toMatchObject({
      token_type: 'bearer',
    })
    const listed = await clients<{ id: string }[]>('list')
    expect(listed.map(({ id }) => id)).toContain(till.id)
    await clients('remove', till.id)
    await expect(
      oidc.clientCredentialsGrant(renewed, { scope: 'orders:read' }),
    ).rejects.toMatchObject({ status: 401 })
  })

  it('proves itself by a key', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const folder = mkdtempSync(path.join(tmpdir(), 'micromart-'))
    try {
      const file = path.join(folder, 'jwks.json')
      writeFileSync(file, JSON.stringify({ keys: [await exportJWK(publicKey)] }))
      const till = await clients(
        'add',
        '--name',
        'Till',
        '--jwks',
        file,
        ...scopesOf('orders:read'),
      )
      expect(till.secret).toBeNull()
      const config = await discovered(till.id, oidc.PrivateKeyJwt(privateKey))
      const { access_token: token } = await oidc.clientCredentialsGrant(config, {
        scope: 'orders:read',
      })
      expect((await call('GET', '/v1/admin/orders', { token })).status).toBe(200)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('docs/oauth.md', () => {
  it('says how each signs in, with commands that work as they stand', async () => {
    const page = readFileSync('docs/oauth.md', 'utf8')
    const commands = [...page.matchAll(/```sh oauth\n([\s\S]*?)```/g)].map(([, block]) => block)
    expect(commands.length).toBeGreaterThan(5)
    const { email, password } = await newMember()
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commands.join('\n')], {
      env: {
        ...process.env,
        MICROMART_URL: shop.gateway,
        MICROMART_HOME: path.dirname(shop.secrets),
        email,
        password,
      },
    })
    expect(stdout.trim().split('\n')).toEqual([
      new URL(shop.gateway).origin,
      'orders read',
      'Test Shopper',
      'own orders read',
      'ended',
    ])
  })
})
