import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readMetric } from '@micromart/testing'
import { type App, authorized, connected, programFor, registrar } from './oauth-app.ts'
import { startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>

describe('what clients were given is among the sessions of its owner', () => {
  let user: User
  let admin: Awaited<ReturnType<typeof registrar>>
  let app: App

  beforeAll(async () => {
    user = await startForTest()
    admin = await registrar(user)
    app = await admin.register()
  })
  afterAll(() => user[Symbol.asyncDispose]())

  const livesFor = async (token: string) =>
    (await programFor(user).refresh(app, token)).status === 200

  it('is listed with the client’s name and what it may do, beside the sign-in on the pages', async () => {
    const ann = await user.join()
    await connected(user, app, ann)
    const at = user.clock.now()
    const { items } = await ann.rpc.listSessions({})
    const seen = { startedAt: at, lastUsedAt: at, current: false }
    const device = { userAgent: 'Testbrowser/1.0', address: '192.0.2.0/24' }
    const client = { clientId: app.id, clientName: 'Price Watch' }
    const clientScopes = ['openid', 'profile', 'offline_access', 'orders']
    expect(items).toHaveLength(3)
    expect(items).toContainEqual({
      ...seen,
      ...client,
      id: expect.any(String),
      device,
      clientScopes,
    })
    expect(items).toContainEqual({ ...seen, id: expect.any(String), device, clientScopes: [] })
    const { sessions } = await ann.rpc.exportMe({})
    expect(sessions).toContainEqual(expect.objectContaining({ ...client, clientScopes }))
  })

  it('S22 is ended by its owner: one grant, and not the others', async () => {
    const ann = await user.join()
    const way = await connected(user, app, ann)
    const other = await connected(user, app, ann)
    const { items } = await ann.rpc.listSessions({})
    const [, first] = items.filter(({ clientId }) => clientId === app.id) // the latest is first
    await ann.rpc.endSession({ id: first?.id ?? '' })
    expect(await livesFor(way.refresh_token)).toBe(false)
    expect(await livesFor(other.refresh_token)).toBe(true)
    const introspected = await programFor(user).post('/oauth2/introspect', app, {
      token: way.access_token,
    })
    expect(introspected.json).toEqual({ active: false })
  })

  it('S22 ends what it was signed in by, too: no page knows the browser any more', async () => {
    const ann = await user.join()
    const { browser } = await connected(user, app, ann)
    const { items } = await ann.rpc.listSessions({})
    const signIn = items.find(
      ({ clientId, device }) => clientId === undefined && device?.userAgent === 'Testbrowser/1.0',
    )
    await ann.rpc.endSession({ id: signIn?.id ?? '' })
    expect((await browser.open('/oauth2/logout')).text).toContain('You are signed out')
  })

  it('S31 is nobody else’s to see or to end', async () => {
    const [ann, bob] = [await user.join(), await user.join()]
    const way = await connected(user, app, ann)
    const { items } = await ann.rpc.listSessions({})
    expect((await bob.rpc.listSessions({})).items).toHaveLength(1)
    for (const { id } of items) {
      await expect(bob.rpc.endSession({ id })).rejects.toMatchObject({ code: 'session_not_found' })
    }
    expect(await livesFor(way.refresh_token)).toBe(true)
  })

  it('is told under the id of a client that is gone', async () => {
    const [ann, gone] = [await user.join(), await admin.register()]
    await connected(user, gone, ann)
    await admin.rpc.removeClient({ id: gone.id })
    expect((await ann.rpc.listSessions({})).items).toHaveLength(2)
    const { sessions } = await ann.rpc.exportMe({})
    expect(sessions.find(({ clientId }) => clientId === gone.id)).toMatchObject({
      clientName: gone.id,
      endedAt: user.clock.now(),
    })
  })

  it('S60 S14 logs and counts who got a token and who did not, and names no secret', async () => {
    const ann = await user.join()
    const way = await authorized(user, app, ann)
    const program = programFor(user)
    const [first, again] = [
      await program.exchange(app, way.code, way.proof),
      await program.exchange(app, way.code, way.proof),
    ]
    expect([first.status, again.status]).toEqual([200, 400])
    await program.post('/oauth2/token', { ...app, secret: 'not-this-one' }, { grant_type: 'x' })

    const lines = user.logged()
    const userId = ann.user.id
    const by = { userId, clientId: app.id }
    expect(lines).toContainEqual(
      expect.objectContaining({ ...by, event: 'oauth.granted', message: 'client allowed' }),
    )
    const [session] = (await ann.rpc.exportMe({})).sessions.filter(({ clientId }) => clientId)
    expect(session?.endedAt).toEqual(user.clock.now())
    expect(lines).toContainEqual({
      event: 'oauth.reused',
      clientId: app.id,
      userId: undefined,
      sessionId: session?.id,
      grant: 'authorization_code',
      outcome: 'reused',
      message: 'no token given',
    })
    expect(lines).toContainEqual({
      event: 'oauth.refused',
      clientId: app.id,
      userId: undefined,
      sessionId: undefined,
      grant: 'other',
      outcome: 'invalid_client',
      message: 'no token given',
    })
    const text = JSON.stringify(lines)
    const secrets = [
      way.code,
      app.secret ?? '',
      'not-this-one',
      String(first.json['refresh_token']),
    ]
    for (const secret of [...secrets, ann.password, ann.email]) expect(text).not.toContain(secret)

    const counted = (name: string, labels: Record<string, string>) =>
      readMetric(user.httpPort, name, labels)
    const reuse = { grant: 'authorization_code', outcome: 'reused' }
    expect(await counted('micromart_oauth_tokens_total', reuse)).toBe(1)
    const page = { flow: 'page', outcome: 'ok' }
    expect(await counted('micromart_auth_attempts_total', page)).toBeGreaterThan(1)
  })
})
