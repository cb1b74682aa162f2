import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { TotpState } from '@micromart/contracts/user'
import { DomainError, systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { anAddress, anOrder } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const user = {
  id: systemIds.next(),
  email: 'ada@example.com',
  name: 'Ada',
  roles: ['customer'],
  createdAt: new Date('2026-01-31T12:00:00.000Z'),
  emailVerified: true,
}
const userAnswer = { ...user, createdAt: '2026-01-31T12:00:00.000Z' }
const at = new Date('2026-01-31T12:00:00.000Z')
const session = {
  id: systemIds.next(),
  startedAt: at,
  lastUsedAt: at,
  device: { userAgent: 'Firefox', address: '192.0.2.0/24' },
  clientScopes: [],
  current: true,
}
const sessionAnswer = {
  id: session.id,
  startedAt: at.toISOString(),
  lastUsedAt: at.toISOString(),
  client: null,
  userAgent: 'Firefox',
  address: '192.0.2.0/24',
  current: true,
}
const kept = {
  sessions: [{ ...session, endedAt: at }],
  totp: { state: TotpState.TOTP_STATE_ON, since: at, recoveryCodesLeft: 9 },
  links: [{ purpose: 'verify_email', createdAt: at, expiresAt: at }],
  mails: [{ kind: 'verify_email', createdAt: at, endedAt: undefined }],
}
const saved = { id: systemIds.next(), address: anAddress }
const { line2: _2, region: _r, phone: _p, ...sentAddress } = anAddress

describe('my account', () => {
  let shop: TestGateway
  const as = () => ({ Authorization: shop.token() })

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('user', 'GetMe', () => ({ user }))
    shop.sidecar.answer('user', 'UpdateMe', ({ name = '' }) => ({ user: { ...user, name } }))
    shop.sidecar.answer('user', 'EraseMe', () => ({}))
    shop.sidecar.answer('user', 'ChangePassword', () => ({}))
    shop.sidecar.answer('user', 'ExportMe', () => kept)
    shop.sidecar.answer('user', 'ListAddresses', () => ({ items: [saved] }))
    shop.sidecar.answer('user', 'AddAddress', () => ({ address: saved }))
    shop.sidecar.answer('user', 'ReplaceAddress', () => ({ address: saved }))
    shop.sidecar.answer('user', 'DeleteAddress', () => ({}))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('reads, changes and erases it', async () => {
    const read = await shop.http.get('/v1/me').set(as())
    const changed = await shop.http.patch('/v1/me').set(as()).send({ name: 'Augusta' })
    const erased = await shop.http.delete('/v1/me').set(as())
    for (const response of [read, changed, erased]) expectDocumented(response)
    expect(read.body).toEqual(userAnswer)
    expect(changed.body).toEqual({ ...userAnswer, name: 'Augusta' })
    expect([erased.status, erased.text]).toEqual([204, ''])
  })

  it('forwards the token of the caller and the id of the request', async () => {
    await shop.http.get('/v1/me').set({ ...as(), 'X-Request-Id': 'request-0001' })
    const [call] = shop.sidecar.recorded('user.GetMe')
    expect(call?.token?.split('.')).toHaveLength(3)
    expect(call?.requestId).toBe('request-0001')
  })

  it('changes the password', async () => {
    const body = { currentPassword: 'old password', newPassword: 'new password' }
    const response = await shop.http.post('/v1/me/password').set(as()).send(body)
    expect(response.status).toBe(204)
    expect(shop.sidecar.recorded('user.ChangePassword')[0]?.request).toEqual({
      ...body,
      refreshToken: undefined,
    })
  })

  it('exports account, addresses and all orders, page after page', async () => {
    const orders = [anOrder(), anOrder()]
    shop.sidecar.answer('order', 'ListOrders', ({ cursor }) =>
      cursor === undefined
        ? { items: orders.slice(0, 1), nextCursor: 'second' }
        : { items: orders.slice(1) },
    )
    const response = await shop.http.get('/v1/me/export').set(as())
    expectDocumented(response)
    expect(response.body.user).toEqual(userAnswer)
    expect(response.body.addresses).toEqual([{ id: saved.id, ...sentAddress }])
    const time = at.toISOString()
    expect(response.body).toMatchObject({
      sessions: [{ ...sessionAnswer, endedAt: time }],
      totp: { state: 'on', since: time, recoveryCodesLeft: 9 },
      links: [{ purpose: 'verify_email', createdAt: time, expiresAt: time }],
      mails: [{ kind: 'verify_email', createdAt: time, endedAt: null, outcome: null }],
    })
    expect(response.body.orders.map(({ id }: { id: string }) => id)).toEqual(
      orders.map(({ id }) => id),
    )
    expect(response.headers['content-disposition']).toContain('attachment')
  })

  it('an export that cannot begin is a problem', async () => {
    shop.sidecar.answer('order', 'ListOrders', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const response = await shop.http.get('/v1/me/export').set(as())
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([503, 'database_unavailable'])
  })

  it('exports no faster than it is read, and stops when nobody reads', async () => {
    const page = Array.from({ length: 100 }, () => anOrder({ email: 'x'.repeat(10_000) }))
    let asked = 0
    shop.sidecar.answer('order', 'ListOrders', () => {
      asked += 1
      return { items: page, nextCursor: 'more' }
    })
    const request = send(`${shop.origin}/v1/me/export`, { headers: as() }).end()
    request.on('error', () => {})
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.pause().socket.pause()
    let before = -1
    const still = () => {
      const isStill = asked === before
      before = asked
      expect(isStill).toBe(true)
    }
    await eventually(still, { everyMs: 200 })
    expect(asked).toBeLessThan(50)
    request.destroy()
    await eventually(still, { everyMs: 200 })
  })

  it('keeps addresses', async () => {
    const path = `/v1/me/addresses/${saved.id}`
    const list = await shop.http.get('/v1/me/addresses').set(as())
    const added = await shop.http.post('/v1/me/addresses').set(as()).send(sentAddress)
    const replaced = await shop.http.put(path).set(as()).send(sentAddress)
    const removed = await shop.http.delete(path).set(as())
    for (const response of [list, added, replaced, removed]) expectDocumented(response)
    expect(list.body).toEqual({ items: [{ id: saved.id, ...sentAddress }], nextCursor: null })
    expect([added.status, added.headers['location']]).toEqual([201, path])
    expect(replaced.body).toEqual({ id: saved.id, ...sentAddress })
    expect(removed.status).toBe(204)
    expect(shop.sidecar.recorded('user.ReplaceAddress')[0]?.request).toEqual({
      id: saved.id,
      address: anAddress,
    })
  })

  it('an unknown address is 404', async () => {
    shop.sidecar.answer('user', 'DeleteAddress', () => {
      throw new DomainError('not_found', 'address_not_found')
    })
    const response = await shop.http.delete(`/v1/me/addresses/${systemIds.next()}`).set(as())
    expect([response.status, response.body.code]).toEqual([404, 'address_not_found'])
  })

  it('fields that a service finds wrong keep their paths', async () => {
    const fields = [{ path: '/newPassword', code: 'password_common', message: 'is common' }]
    shop.sidecar.answer('user', 'ChangePassword', () => {
      throw new DomainError('invalid', 'password_common', {}, { fields })
    })
    const body = { currentPassword: 'old password', newPassword: 'password' }
    const response = await shop.http.post('/v1/me/password').set(as()).send(body)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([400, 'password_common'])
    expect(response.body.errors).toEqual(fields)
  })
})
