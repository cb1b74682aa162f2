import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventually } from '@micromart/testing'
import mysql from 'mysql2/promise'
import {
  type App,
  authorized,
  authorizeUrl,
  browserFor,
  connected,
  pkce,
  programFor,
  registrar,
  signIn,
} from './oauth-app.ts'
import { aPassword, startForTest } from './start-for-test.ts'

type User = Awaited<ReturnType<typeof startForTest>>
type Connected = Awaited<ReturnType<typeof connected>>

const scope = 'openid offline_access account orders'

describe('S22 what a client was given ends at once', () => {
  let user: User
  let admin: Awaited<ReturnType<typeof registrar>>
  let app: App

  beforeAll(async () => {
    user = await startForTest()
    admin = await registrar(user)
    app = await admin.register()
  })
  afterAll(() => user[Symbol.asyncDispose]())

  const isOver = async ({ refresh_token: token }: Connected) => {
    const { status, json } = await programFor(user).refresh(app, token)
    return status === 400 && json['error'] === 'invalid_grant'
  }
  /** What the introspection endpoint says of the access token, which itself runs out within its five minutes. */
  const isActive = async ({ access_token: token }: Connected) =>
    (await programFor(user).post('/oauth2/introspect', app, { token })).json['active']

  const both = async (way: Connected) => ({ over: await isOver(way), active: await isActive(way) })
  const ended = { over: true, active: false }

  it('with a change of the password, in which a code and a signed-in browser end, too', async () => {
    const ann = await user.join()
    const way = await connected(user, app, ann, { scope })
    const pending = await authorized(user, app, ann)
    expect(await isActive(way)).toBe(true)
    const wish = { currentPassword: ann.password, newPassword: aPassword() }
    await ann.rpc.changePassword({ ...wish, refreshToken: ann.refreshToken })

    expect(await both(way)).toEqual(ended)
    expect(await programFor(user).exchange(app, pending.code, pending.proof)).toMatchObject({
      status: 400,
    })
    const again = await way.browser.open(authorizeUrl(app, pkce()))
    expect(again.text).toContain('Sign in')
    await user.guest.refresh({ refreshToken: ann.refreshToken }) // the session that changed it goes on
  })

  it('also while its user is just about to allow it: the lock on the account sets an order', async () => {
    const ann = await user.join()
    const own = browserFor(user)
    const consent = await signIn(own, await own.open(authorizeUrl(app, pkce())), ann)
    const blocker = await mysql.createConnection(user.database.url)
    try {
      await blocker.beginTransaction()
      await blocker.query('SELECT id FROM account WHERE id = ? FOR UPDATE', [ann.user.id])
      const allowing = own.press(consent, 'Allow')
      await eventually(async () => {
        const waiting = await user.query(
          `SELECT ID FROM information_schema.PROCESSLIST
           WHERE DB = DATABASE() AND INFO LIKE '%account%FOR UPDATE' AND ID <> CONNECTION_ID()`,
        )
        expect(waiting).toHaveLength(1)
      })
      await blocker.query('UPDATE session SET revoked_at = NOW() WHERE account_id = ?', [
        ann.user.id,
      ])
      await blocker.commit()
      expect((await allowing).text).toContain('expired')
    } finally {
      await blocker.end()
    }
    expect((await ann.rpc.listSessions({})).items).toEqual([])
  })

  it('with the loss of a role', async () => {
    const bob = await user.hire('support')
    const way = await connected(user, app, bob, { scope })
    const roles = { id: bob.user.id, roles: ['customer'], expectedRoles: ['customer', 'support'] }
    const { accessToken } = await user.hire('admin')
    await user.rpc.as({ token: accessToken }).setRoles(roles)
    expect(await both(way)).toEqual(ended)
  })

  it('with the erasure of the account, of which nothing stays', async () => {
    const ann = await user.join()
    const way = await connected(user, app, ann, { scope })
    await way.browser.open(authorizeUrl(app, pkce(), { prompt: 'login', login_hint: ann.email }))
    await ann.rpc.eraseMe({})
    expect(await both(way)).toEqual(ended)
    const bearer = { authorization: `Bearer ${way.access_token}` }
    expect((await programFor(user).get('/oauth2/userinfo', bearer)).status).toBe(401)
    const left = await user.query(
      `SELECT (SELECT COUNT(*) FROM session WHERE account_id = ?) +
              (SELECT COUNT(*) FROM oauth_state WHERE account_id = ?) AS left_over`,
      [ann.user.id, ann.user.id],
    )
    expect(Number(left[0]?.['left_over'])).toBe(0)
  })

  it('with its revocation by the client, of a refresh token (RFC 7009)', async () => {
    const ann = await user.join()
    const [way, other] = [await connected(user, app, ann), await connected(user, app, ann)]
    const { post } = programFor(user)
    const stranger = await admin.register()
    const theirs = await post('/oauth2/revoke', stranger, { token: way.refresh_token })
    expect(theirs).toMatchObject({ status: 400, json: { error: 'invalid_request' } })
    const unknown = await post('/oauth2/revoke', app, { token: 'unknown' })
    const signed = await post('/oauth2/revoke', app, { token: way.access_token })
    expect([unknown.status, signed.status, signed.json['error']]).toEqual([
      200,
      400,
      'unsupported_token_type',
    ])
    expect(await isActive(way)).toBe(true)
    expect((await post('/oauth2/revoke', app, { token: way.refresh_token })).status).toBe(200)
    expect(await both(way)).toEqual(ended)
    expect(await isOver(other)).toBe(false)
  })

  it('with the logout of its own user, though it could go on offline; others that can do', async () => {
    const ann = await user.join()
    const offline = await admin.register()
    const way = await connected(user, app, ann, { scope })
    const other = await connected(user, app, ann, { scope })
    const again = await way.browser.open(authorizeUrl(offline, pkce(), { scope }))
    await way.browser.press(again, 'Allow')
    const asked = await way.browser.open(
      `/oauth2/logout?id_token_hint=${way.id_token}&post_logout_redirect_uri=https://app.example/bye&state=s`,
    )
    expect([asked.status, asked.text]).toEqual([
      200,
      expect.stringContaining('Price Watch signs you out'),
    ])
    const out = await way.browser.press(asked, 'Sign out')
    expect(out.url.href).toBe('https://app.example/bye?state=s')
    expect(out.statuses).toEqual([303])
    expect(await both(way)).toEqual(ended)
    expect(await isOver(other)).toBe(false) // another browser's
    const sessions = await user.query(
      'SELECT client_id, revoked_at IS NULL AS lives FROM session WHERE account_id = ? AND client_id = ?',
      [ann.user.id, offline.id],
    )
    expect(sessions).toEqual([{ client_id: offline.id, lives: 1 }])
    expect((await way.browser.open(authorizeUrl(app, pkce()))).text).toContain('Sign in')
  })

  it('with the removal of the client', async () => {
    const gone = await admin.register()
    const ann = await user.join()
    const way = await connected(user, gone, ann, { scope })
    await admin.rpc.removeClient({ id: gone.id })
    const { status, json } = await programFor(user).refresh(gone, way.refresh_token)
    expect([status, json['error']]).toEqual([401, 'invalid_client'])
    const rows = await user.query('SELECT revoked_at FROM session WHERE client_id = ?', [gone.id])
    expect(rows).toEqual([{ revoked_at: expect.any(Date) }])
  })

  it('when its time is over: what nobody needs any more is deleted', async () => {
    await using own = await startForTest()
    const client = await (await registrar(own)).register()
    const ann = await own.join()
    await connected(own, client, ann)
    await connected(own, client, ann, { scope: 'openid' })
    own.clock.forward(2 * 24 * 60 * 60_000)
    await own.prune()
    const count = async (table: string) =>
      Number((await own.query(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.['n'])
    expect(await count('oauth_state')).toBe(0)
    expect(await count('oauth_grant')).toBe(1) // the one that may be used offline
  })
})
