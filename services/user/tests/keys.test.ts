import { describe, expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import { days, issuer, minutes, startForTest, type UserRpc } from './start-for-test.ts'

const keySet = async (rpc: UserRpc): Promise<JSONWebKeySet> => {
  const { jwks } = await rpc.getJwks({})
  return JSON.parse(jwks) as JSONWebKeySet
}

const kids = async (rpc: UserRpc) => (await keySet(rpc)).keys.map(({ kid }) => kid)

const signer = (token: string) => decodeProtectedHeader(token).kid

describe('signing keys', () => {
  it('S29 are published without their private half, and verify a token, which is small', async () => {
    await using user = await startForTest()
    const set = await keySet(user.guest)
    const published = {
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.stringMatching(/^[\w-]{43}$/),
      alg: 'ES256',
      use: 'sig',
    }
    expect(set).toEqual({ keys: [published, published] })

    const { accessToken, user: ann } = await user.hire('admin')
    const { protectedHeader, payload } = await jwtVerify(accessToken, createLocalJWKSet(set), {
      currentDate: user.clock.now(),
    })
    const now = Math.floor(user.clock.now().getTime() / 1000)
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) })
    expect(payload).toEqual({
      iss: issuer,
      aud: 'micromart',
      sub: ann.id,
      scope:
        'account cart orders catalog:write stock:write orders:read orders:refund orders:ship users:read users:write clients:write ops',
      roles: ['customer', 'admin'],
      jti: expect.any(String),
      sid: expect.any(String),
      client_id: 'micromart',
      iat: now,
      exp: now + 300,
    })
    expect(accessToken.length).toBeLessThan(2048)
  })

  it('S28 lie in the database sealed, and a wrong key-encryption key starts no service', async () => {
    await using user = await startForTest()
    const rows = await user.query('SELECT sealed_private FROM signing_key')
    for (const row of rows) {
      const sealed = Buffer.from(String(row['sealed_private']), 'base64').toString('latin1')
      expect(sealed).not.toContain('PRIVATE KEY')
    }
    user.sidecar.secret('signing-kek', Buffer.alloc(32, 7).toString('base64'))
    await expect(user.replica()).rejects.toThrow()
  })

  it('are the same for replicas that start at once', async () => {
    await using user = await startForTest()
    await user.query('DELETE FROM signing_key')
    const replicas = await Promise.all([user.replica(), user.replica(), user.replica()])
    await using stack = new AsyncDisposableStack()
    for (const replica of replicas) stack.use(replica)
    const sets = await Promise.all(replicas.map(({ rpc }) => kids(rpc.as())))
    expect(new Set(sets.map(String)).size).toBe(1)
    expect(sets[0]).toHaveLength(2)
  })

  it('S27 rotate without a refused token: next signs, the old one stays until its tokens are over', async () => {
    await using user = await startForTest({ KEYS_EVERY_MS: '20' })
    const ann = await user.join()
    const active = signer(ann.accessToken)
    const next = (await kids(user.guest)).find((kid) => kid !== active)
    user.clock.forward(days(30) - 2_000)
    await user.guest.login(ann) // the signer has just read its key

    user.clock.forward(2_000)
    const both = await eventually(async () => {
      const all = await kids(user.guest)
      expect(all).toHaveLength(3)
      return all
    })
    expect(both).toEqual(expect.arrayContaining([active, next]))
    const before = await user.guest.login(ann)
    expect(signer(before.tokens?.accessToken ?? '')).toBe(active) // for some seconds more
    user.clock.forward(minutes(2))
    const after = await user.guest.login(ann)
    expect(signer(after.tokens?.accessToken ?? '')).toBe(next)
    for (const { tokens } of [before, after]) {
      expect(await user.rpc.as({ token: tokens?.accessToken ?? '' }).getMe({})).toMatchObject({
        user: { id: ann.user.id },
      })
    }

    user.clock.forward(minutes(8))
    await eventually(async () => expect(await kids(user.guest)).not.toContain(active))
  })
})

describe('the service itself', () => {
  it('S25 S26 refuses a token that has expired, was altered or is none', async () => {
    await using user = await startForTest()
    const ann = await user.join()
    const [header, payload, signature] = ann.accessToken.split('.')
    const claims = { ...decodeJwt(ann.accessToken), scope: 'account users:write' }
    const altered = Buffer.from(JSON.stringify(claims)).toString('base64url')
    const bad = [
      `${header}.${altered}.${signature}`,
      `${header}.${payload}.`,
      ann.refreshToken,
      'nonsense',
    ]
    for (const token of bad) {
      await expect(user.rpc.as({ token }).getMe({})).rejects.toMatchObject({
        kind: 'unauthenticated',
        code: 'token_invalid',
      })
    }
    user.clock.forward(minutes(7))
    await expect(ann.rpc.getMe({})).rejects.toMatchObject({ kind: 'unauthenticated' })
  })
})
