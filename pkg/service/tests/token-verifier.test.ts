import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { tokenAudience } from '@micromart/contracts'
import { DomainError } from '@micromart/kernel'
import { tokenVerifier } from '@micromart/service'
import { type TestTokens, testTokens } from '@micromart/testing'

const issuer = 'http://127.0.0.1:8080'
const user = { id: 'u-1', roles: ['customer', 'support'] }
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A verifier that counts how often it asks for keys, with a clock that tests move. */
const verifierOf = (sources: () => string) => {
  const state = { fetches: 0, now: Date.now() }
  const verifier = tokenVerifier({
    fetchJwks: async () => {
      state.fetches += 1
      return sources()
    },
    issuer,
    audience: tokenAudience,
    clock: { now: () => new Date(state.now) },
  })
  return { state, verify: verifier.verify }
}

const keysOf = ({ jwks }: TestTokens) => (JSON.parse(jwks) as { keys: { kid: string }[] }).keys

const refused = async (tokens: TestTokens, token: string, code = 'token_invalid') =>
  expect(verifierOf(() => tokens.jwks).verify(token)).rejects.toMatchObject({
    kind: 'unauthenticated',
    code,
  })

describe('a token', () => {
  it('names its user, roles and scopes', async () => {
    const tokens = testTokens()
    const { verify } = verifierOf(() => tokens.jwks)
    const ofSession = { ...user, claims: { sid: 's-1' } }
    expect(await verify(tokens.userToken(ofSession))).toEqual({
      kind: 'user',
      id: 'u-1',
      sessionId: 's-1',
      roles: ['customer', 'support'],
      scopes: ['account', 'cart', 'orders', 'orders:read', 'orders:refund', 'users:read'],
      expiresAt: expect.any(Date),
    })
  })

  it('S19 speaks for a client where client_id is its subject, and for a user where it is another', async () => {
    const tokens = testTokens()
    const { verify } = verifierOf(() => tokens.jwks)
    const scopes = ['orders:read', 'ops']
    const expiresAt: unknown = expect.any(Date)
    const machine = { kind: 'machine', id: 'warehouse', scopes, expiresAt }
    expect(await verify(tokens.machineToken({ clientId: 'warehouse', scopes }))).toEqual(machine)
    const delegated = tokens.userToken({ ...user, claims: { client_id: 'warehouse' } })
    expect(await verify(delegated)).toMatchObject({ kind: 'user', id: 'u-1' })
  })

  it('says when it ends', async () => {
    const tokens = testTokens()
    const exp = inSeconds(100)
    const caller = await verifierOf(() => tokens.jwks).verify(
      tokens.userToken({ ...user, claims: { exp } }),
    )
    expect(caller).toMatchObject({ expiresAt: new Date(exp * 1_000) })
  })

  it.each([
    ['S26 another issuer', { iss: 'http://evil.example' }],
    ['S26 another audience', { aud: 'other' }],
    ['S26 no audience', { aud: undefined }],
    ['S26 no expiry', { exp: undefined }],
    ['S26 no subject', { sub: undefined }],
    ['S26 no scope', { scope: undefined }],
    ['S26 no id', { jti: undefined }],
    ['S26 no time of issue', { iat: undefined }],
    ['S26 a time of issue more than a minute ahead', { iat: inSeconds(120) }],
    ['S26 a start more than a minute ahead', { nbf: inSeconds(120) }],
  ])('is refused with %s', async (_name, claims) => {
    const tokens = testTokens()
    await refused(tokens, tokens.userToken({ ...user, claims }))
  })

  it.each([
    ['at its expiry', { iat: inSeconds(-10), exp: inSeconds(0) }],
    ['a minute after its expiry', { exp: inSeconds(-61) }],
    [
      'five minutes after its issue, whatever its expiry',
      { iat: inSeconds(-300), exp: inSeconds(9) },
    ],
  ])('S22 S26 is refused from %s', async (_when, claims) => {
    const tokens = testTokens()
    await refused(tokens, tokens.userToken({ ...user, claims }), 'token_expired')
  })

  it('S26 is taken from an issuer whose clock is up to a minute ahead', async () => {
    const tokens = testTokens()
    const { verify } = verifierOf(() => tokens.jwks)
    await verify(tokens.userToken({ ...user, claims: { iat: inSeconds(50), exp: inSeconds(350) } }))
  })

  it.each([
    ['S25 of another type', { typ: 'JWT' }],
    ['S25 of no type', { typ: undefined }],
    ['S23 under an algorithm that is not ours', { alg: 'ES384' }],
    ['S24 with a kid that is a path', { kid: '../../etc/passwd' }],
    ['S24 with a kid that is SQL', { kid: "' OR 1=1 --" }],
  ])('%s is refused', async (_name, header) => {
    const tokens = testTokens()
    await refused(tokens, tokens.userToken({ ...user, header }))
  })

  it('S23 without a signature, or with none as its algorithm, is refused', async () => {
    const tokens = testTokens()
    const [header, claims] = tokens.userToken(user).split('.')
    await refused(tokens, `${header}.${claims}.`)
    await refused(tokens, `${encoded({ alg: 'none', typ: 'at+jwt' })}.${claims}.`)
  })

  it('S23 signed with the public key as a shared secret is refused', async () => {
    const tokens = testTokens()
    const [, claims] = tokens.userToken(user).split('.')
    const keys = keysOf(tokens)
    const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: keys[0]?.kid })}.${claims}`
    const mac = createHmac('sha256', JSON.stringify(keys[0])).update(signed).digest('base64url')
    await refused(tokens, `${signed}.${mac}`)
  })

  it('S24 that brings its own key is refused', async () => {
    const tokens = testTokens()
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = publicKey.export({ format: 'jwk' })
    const keys = keysOf(tokens)
    const [, claims] = tokens.userToken(user).split('.')
    const header = { alg: 'ES256', typ: 'at+jwt', jwk, kid: keys[0]?.kid, jku: 'http://evil' }
    const signed = `${encoded(header)}.${claims}`
    const how = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
    const forged = sign('sha256', Buffer.from(signed), how).toString('base64url')
    await refused(tokens, `${signed}.${forged}`)
  })

  it('changed after signing, or not a token at all, is refused', async () => {
    const tokens = testTokens()
    const [header, , signature] = tokens.userToken(user).split('.')
    await refused(tokens, `${header}.${encoded({ sub: 'admin' })}.${signature}`)
    for (const text of ['', 'a.b.c', 'x'.repeat(5_000), '..']) await refused(tokens, text)
  })
})

describe('a token that was good before is verified anew, and', () => {
  const warm = async (tokens: TestTokens, claims = {}) => {
    let published = tokens.jwks
    const { state, verify } = verifierOf(() => published)
    await verify(tokens.userToken(user)) // the keys are there from here on
    const token = tokens.userToken({ ...user, claims })
    await verify(token)
    const publish = (jwks: string) => {
      published = jwks
    }
    return { state, publish, verify, again: () => verify(token) }
  }

  it('S22 S26 is refused from its expiry', async () => {
    const { state, again } = await warm(testTokens(), { exp: inSeconds(100) })
    state.now += 98_000
    await again()
    state.now += 3_000
    await expect(again()).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('S22 S26 is refused from five minutes after its issue, whatever its expiry', async () => {
    const { state, again } = await warm(testTokens(), { exp: inSeconds(3_600) })
    state.now += 298_000
    await again()
    state.now += 3_000
    await expect(again()).rejects.toMatchObject({ code: 'token_expired' })
  })

  it('S27 is refused when its key was withdrawn, within five seconds', async () => {
    const [old, next] = [testTokens(), testTokens()]
    const { state, publish, verify, again } = await warm(old)
    publish(next.jwks)
    state.now += 4_999
    await again()
    state.now += 1
    await expect(again()).rejects.toMatchObject({ code: 'token_invalid' })
    await verify(next.userToken(user))
  })

  it('is good still when the keys were asked for and are the same', async () => {
    const { state, again } = await warm(testTokens())
    state.now += 5_000
    expect(await again()).toMatchObject({ id: user.id })
    expect(state.fetches).toBe(2)
  })
})

describe('the keys', () => {
  it('are asked for once in five seconds, however many ask at once', async () => {
    const tokens = testTokens()
    const { state, verify } = verifierOf(() => tokens.jwks)
    const all = () => Promise.all(Array.from({ length: 20 }, () => verify(tokens.userToken(user))))
    await all()
    state.now += 4_999
    await all()
    expect(state.fetches).toBe(1)
    state.now += 1
    await all()
    expect(state.fetches).toBe(2)
  })

  it('S27 are asked for no more often for an unknown kid', async () => {
    const [known, stranger] = [testTokens(), testTokens()]
    const { state, verify } = verifierOf(() => known.jwks)
    await verify(known.userToken(user))
    const flood = async () => {
      const calls = Array.from({ length: 50 }, () => verify(stranger.userToken(user)))
      const refusals = await Promise.allSettled(calls)
      const reason = expect.objectContaining({ code: 'token_invalid' })
      expect(refusals).toEqual(Array.from({ length: 50 }, () => ({ status: 'rejected', reason })))
    }
    await flood()
    expect(state.fetches).toBe(1) // just asked for
    state.now += 5_000
    await flood()
    await flood()
    expect(state.fetches).toBe(2)
  })

  it('S27 that rotated are found without a refused token in between', async () => {
    const [old, next] = [testTokens(), testTokens()]
    let published = old.jwks
    const { state, verify } = verifierOf(() => published)
    await verify(old.userToken(user))
    published = JSON.stringify({ keys: [...keysOf(old), ...keysOf(next)] })
    state.now += 5_000
    expect(await verify(next.userToken(user))).toMatchObject({ id: 'u-1' })
    expect(await verify(old.userToken(user))).toMatchObject({ id: 'u-1' })
    expect(state.fetches).toBe(2)
  })

  it('S65 that cannot be had make the answer "try later", never "come in"', async () => {
    const away = new DomainError('unavailable', 'dependency_unavailable', { service: 'user' })
    const { verify } = verifierOf(() => {
      throw away
    })
    await expect(verify(testTokens().userToken(user))).rejects.toBe(away)
  })

  describe('while their issuer does not answer', () => {
    const away = new DomainError('unavailable', 'dependency_unavailable', { service: 'user' })
    /** An issuer that answers once, and then fails, or says nothing. */
    const lost = async (then: () => Promise<string>) => {
      const [tokens, next] = [testTokens(), testTokens()]
      let answer = async () => tokens.jwks
      const state = { asked: 0, now: Date.now() }
      const { verify } = tokenVerifier({
        fetchJwks: () => {
          state.asked += 1
          return answer()
        },
        issuer,
        audience: tokenAudience,
        clock: { now: () => new Date(state.now) },
      })
      await verify(tokens.userToken(user))
      answer = then
      state.now += 5_000
      return { tokens, next, verify, state }
    }

    it('serve for ten minutes, and then make it "try later"', async () => {
      const { tokens, verify, state } = await lost(() => Promise.reject(away))
      const later = (seconds: number) =>
        verify(
          tokens.userToken({
            ...user,
            claims: { iat: inSeconds(seconds), exp: inSeconds(seconds + 300) },
          }),
        )
      await later(5)
      await later(5)
      expect(state.asked).toBe(2)
      state.now += 594_000
      await later(599)
      state.now += 1_000
      await expect(later(600)).rejects.toBe(away)
    })

    it('hold nobody up', async () => {
      const { tokens, verify, state } = await lost(() => new Promise(() => {}))
      for (let count = 0; count < 20; count += 1) await verify(tokens.userToken(user))
      expect(state.asked).toBe(2) // and one of them waited for it, for a moment
    })

    it('S65 make a token of a key that they do not have "try later", not "not ours"', async () => {
      const { next, verify, state } = await lost(() => Promise.reject(away))
      for (let count = 0; count < 3; count += 1) {
        await expect(verify(next.userToken(user))).rejects.toBe(away)
      }
      expect(state.asked).toBe(2)
    })
  })
})
