import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { tokenAudience } from '@micromart/contracts'
import { tokenVerifier } from '@micromart/service'
import { eventually } from '@micromart/testing'
import { decodeProtectedHeader } from 'jose'
import { connected, programFor, registrar } from './oauth-app.ts'
import { issuer, kek, minutes, startForTest } from './start-for-test.ts'

const entry = fileURLToPath(new URL('../src/keys.ts', import.meta.url))

type Service = Awaited<ReturnType<typeof startForTest>>

let user: Service
beforeAll(async () => {
  user = await startForTest({ KEYS_EVERY_MS: '20' })
})
afterAll(() => user[Symbol.asyncDispose]())

/** Runs the command as an operator does. */
const keys = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
  const secrets = { USER_DATABASE_URL: user.database.url, USER_SIGNING_KEK: kek }
  const child = spawn(process.execPath, [entry, ...args], {
    env: { PATH: process.env['PATH'], ...secrets, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, errors, code }
}

type Listed = Readonly<Record<'active' | 'next' | 'retired', readonly string[]>>

/** The kids by what they are for. */
const listed = async (): Promise<Listed> => {
  const rows = await user.query("SELECT kid, COALESCE(slot, 'retired') AS slot FROM signing_key")
  const of = (slot: string) =>
    rows.filter((row) => row['slot'] === slot).map(({ kid }) => String(kid))
  return { active: of('active'), next: of('next'), retired: of('retired') }
}

/** What another service does with tokens. */
const verifying = () => {
  const fetchJwks = async () => (await user.guest.getJwks({})).jwks
  return tokenVerifier({ fetchJwks, issuer, audience: tokenAudience, clock: user.clock })
}

const login = async (of: { email: string; password: string }): Promise<string> =>
  (await user.guest.login(of)).tokens?.accessToken ?? ''

const kidOf = (token: string) => decodeProtectedHeader(token).kid

describe('keys list', () => {
  it('tells which keys sign, will sign, and when they change places', async () => {
    const { httpPort, grpcPort } = user.sidecar // as the service itself gets its secrets
    const sidecar = { DAPR_HTTP_PORT: String(httpPort), DAPR_GRPC_PORT: String(grpcPort) }
    const itself = { USER_DATABASE_URL: '', USER_SIGNING_KEK: '', ...sidecar }
    const { out, code } = await keys(['list'], itself)
    const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`
    const line = (slot: string, since: string) => String.raw`\S{43}  ${slot} +${since} ${time}`
    expect(code).toBe(0)
    expect(out).toMatch(new RegExp(line('active', 'signs since')))
    expect(out).toMatch(new RegExp(line('next', 'published since')))
    expect(out).toMatch(new RegExp(`The next key takes over at ${time}`))
  })

  it('says how it is used, and what is wrong with its environment', async () => {
    const [bare, without, nobodys] = await Promise.all([
      keys([]),
      keys(['revoke']),
      keys(['list'], { USER_SIGNING_KEK: '' }),
    ])
    expect(bare).toMatchObject({ code: 2, out: expect.stringContaining('revoke KID') })
    expect(without).toMatchObject({ code: 2 })
    expect(nobodys).toMatchObject({ code: 1, errors: expect.stringContaining('USER_SIGNING_KEK') })
  })
})

describe('keys rotate', () => {
  it('does it at once when the next key is known everywhere, and says so', async () => {
    await user.query('UPDATE signing_key SET created_at = created_at - INTERVAL 1 DAY')
    const { active, next } = await listed()
    const { out, code } = await keys(['rotate'])
    expect([code, out]).toEqual([0, `${next[0]} signs; ${active[0]} still verifies\n`])
    expect(await listed()).toMatchObject({ active: next, retired: active })
  })

  it('S27 changes the key under load without a refused token, also when nobody waits for it', async () => {
    const ann = await user.join()
    user.clock.forward(5_000) // whoever signs has read the key again
    const before = await listed()
    await user.query('UPDATE signing_key SET created_at = ?', [user.clock.now()])
    const asked = await keys(['rotate', '--no-wait'])
    expect(asked).toMatchObject({ code: 0, out: expect.stringContaining('takes over at') })

    const verifiers = [verifying(), verifying()]
    const tokens: { token: string; until: number }[] = []
    const kids = new Set<string | undefined>()
    for (let second = 0; second < 22 * 60; second += 20) {
      const token = await login(ann)
      kids.add(kidOf(token))
      tokens.push({ token, until: second + 290 })
      const alive = tokens.filter(({ until }) => until > second)
      // one of them asks at each time, the other once in a while
      const who = second % 100 === 0 ? verifiers : verifiers.slice(0, 1)
      await Promise.all(who.flatMap((each) => alive.map(({ token: one }) => each.verify(one))))
      user.clock.forward(20_000)
    }

    const [old, next] = [before.active[0], before.next[0]]
    expect([...kids]).toEqual([old, next])
    const after = await eventually(async () => {
      const state = await listed()
      expect(state.retired).toEqual([])
      return state
    })
    expect(after.active).toEqual([next])
    expect(after.next).not.toContain(old)
  })
})

describe('keys revoke', () => {
  it('S27 has the tokens of a key refused within five seconds, and sessions go on', async () => {
    const ann = await user.join()
    user.clock.forward(5_000)
    const stolen = await login(ann)
    const kid = kidOf(stolen) ?? ''
    const verifier = verifying()
    await verifier.verify(stolen)
    const { active, next } = await listed()
    expect(active).toEqual([kid])

    const { out, code } = await keys(['revoke', kid])

    expect([code, out]).toEqual([0, expect.stringContaining(`${next[0]} signs.`)])
    user.clock.forward(5_000)
    await expect(verifier.verify(stolen)).rejects.toMatchObject({ code: 'token_invalid' })
    await expect(user.rpc.as({ token: stolen }).getMe({})).rejects.toMatchObject({
      code: 'token_invalid',
    })
    const { tokens } = await user.guest.refresh(ann)
    expect(kidOf(tokens?.accessToken ?? '')).toBe(next[0])
    await verifier.verify(tokens?.accessToken ?? '')
    const after = await listed()
    expect(after.active).toEqual(next)
    expect([...after.next, ...after.retired]).not.toContain(kid)
  })

  it('S27 has the tokens of OAuth clients refused as well, and what they refresh with goes on', async () => {
    await using own = await startForTest()
    const ann = await own.join()
    const app = await (await registrar(own)).register()
    const way = await connected(own, app, ann)
    const program = programFor(own)
    const judged = async (token: string) => {
      const bearer = { authorization: `Bearer ${token}` }
      const { json } = await program.post('/oauth2/introspect', app, { token })
      return [json['active'], (await program.get('/oauth2/userinfo', bearer)).status]
    }
    expect(await judged(way.access_token)).toEqual([true, 200])
    const kid = kidOf(way.access_token) ?? ''

    const revoked = await keys(['revoke', kid], { USER_DATABASE_URL: own.database.url })

    expect(revoked).toMatchObject({ code: 0, errors: '' })
    own.clock.forward(5_000)
    expect(await judged(way.access_token)).toEqual([false, 401])
    const { json } = await program.refresh(app, way.refresh_token)
    const renewed = String(json['access_token'])
    expect(kidOf(renewed)).not.toBe(kid)
    expect(await judged(renewed)).toEqual([true, 200])
  })

  it('takes a key out that has yet to sign, and makes another', async () => {
    const { active, next } = await listed()
    expect(await keys(['revoke', next[0] ?? ''])).toMatchObject({ code: 0 })
    const after = await listed()
    expect(after.active).toEqual(active)
    expect(after.next).toHaveLength(1)
    expect(after.next).not.toEqual(next)
    user.clock.forward(minutes(1))
  })

  it('knows no key that is not there', async () => {
    const { code, errors } = await keys(['revoke', 'x'.repeat(43)])
    expect([code, errors]).toEqual([1, 'There is no such key: see list\n'])
  })
})
