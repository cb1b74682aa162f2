import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError, systemIds } from '@micromart/kernel'
import { anOrder } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('admin orders and users', () => {
  let shop: TestGateway
  const as = () => ({ Authorization: shop.token(['admin']) })
  const user = {
    id: systemIds.next(),
    email: 'bob@example.com',
    name: 'Bob',
    roles: ['customer'],
    createdAt: new Date('2026-01-31T12:00:00Z'),
    emailVerified: false,
  }

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('user', 'GetUser', () => ({ user }))
    shop.sidecar.answer('user', 'SetRoles', ({ roles }) => ({ user: { ...user, roles } }))
    shop.sidecar.answer('user', 'ListUsers', () => ({ items: [user], nextCursor: 'n' }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('finds orders by status, e-mail and number, and reads one', async () => {
    const order = anOrder()
    shop.sidecar.answer('order', 'ListAllOrders', () => ({ items: [order] }))
    shop.sidecar.answer('order', 'GetAnyOrder', () => ({ order }))
    const found = await shop.http
      .get('/v1/admin/orders?status=PAID&email=ada%40example.com&number=M-1')
      .set(as())
    const read = await shop.http.get(`/v1/admin/orders/${order.id}`).set(as())
    for (const response of [found, read]) expectDocumented(response)
    expect(shop.sidecar.recorded('order.ListAllOrders')[0]?.request).toEqual({
      limit: 20,
      cursor: undefined,
      status: 3,
      email: 'ada@example.com',
      number: 'M-1',
    })
    expect(read.headers['etag']).toMatch(/^"[\w-]{27}"$/)
    const unknown = await shop.http.get('/v1/admin/orders?status=LOST').set(as())
    expect(unknown.status).toBe(400)
  })

  it('lists and reads users, and sets roles', async () => {
    const list = await shop.http.get('/v1/admin/users?email=bob%40example.com').set(as())
    const read = await shop.http.get(`/v1/admin/users/${user.id}`).set(as())
    const rolesPath = `/v1/admin/users/${user.id}/roles`
    const set = await shop.http
      .put(rolesPath)
      .set({ ...as(), 'If-Match': String(read.headers['etag']) })
      .send({ roles: ['customer', 'support'] })
    for (const response of [list, read, set]) expectDocumented(response)
    expect(set.body.roles).toEqual(['customer', 'support'])
    const unknown = await shop.http
      .put(rolesPath)
      .set(as())
      .send({ roles: ['king'] })
    expect([unknown.status, unknown.body.errors[0].path]).toEqual([400, '/roles/0'])
  })

  it('sets roles of what was read', async () => {
    const read = await shop.http.get(`/v1/admin/users/${user.id}`).set(as())
    const put = (ifMatch: string) =>
      shop.http
        .put(`/v1/admin/users/${user.id}/roles`)
        .set({ ...as(), 'If-Match': ifMatch })
        .send({ roles: [] })
    expect((await put(String(read.headers['etag']))).status).toBe(200)
    expect((await put('*')).status).toBe(200)
    shop.sidecar.forget()
    const stale = await put('"stale"')
    expectDocumented(stale)
    expect([stale.status, stale.body.code]).toEqual([412, 'version_changed'])
    expect(shop.calls()).toEqual(['user.GetUser'])
  })

  it('says which roles were read, and 412 when the user service finds others', async () => {
    const read = await shop.http.get(`/v1/admin/users/${user.id}`).set(as())
    const etag = String(read.headers['etag'])
    shop.sidecar.forget()
    const put = (ifMatch: string) =>
      shop.http
        .put(`/v1/admin/users/${user.id}/roles`)
        .set({ ...as(), 'If-Match': ifMatch })
        .send({ roles: ['support'] })
    await put(etag)
    await put('*')
    const asked = shop.sidecar.recorded('user.SetRoles').map(({ request }) => request)
    expect(asked).toEqual([
      { id: user.id, roles: ['support'], expectedRoles: ['customer'] },
      { id: user.id, roles: ['support'], expectedRoles: [] },
    ])
    expect(shop.calls()).not.toContain('user.GetUser')
    await using other = await startForTest()
    other.sidecar.answer('user', 'SetRoles', () => {
      throw new DomainError('conflict', 'version_changed')
    })
    const late = await other.http
      .put(`/v1/admin/users/${user.id}/roles`)
      .set({ Authorization: other.token(['admin']), 'If-Match': etag })
      .send({ roles: [] })
    expect([late.status, late.body.code]).toEqual([412, 'version_changed'])
  })

  it('sets no roles without If-Match', async () => {
    const response = await shop.http
      .put(`/v1/admin/users/${user.id}/roles`)
      .set(as())
      .send({ roles: [] })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([428, 'if_match_required'])
    expect(shop.calls()).toEqual([])
  })

  it.each([
    ['precondition', 'last_admin', 422],
    ['forbidden', 'role_above_own', 403],
    ['not_found', 'user_not_found', 404],
  ] as const)('%s %s is %i', async (kind, code, status) => {
    shop.sidecar.answer('user', 'SetRoles', () => {
      throw new DomainError(kind, code)
    })
    const response = await shop.http
      .put(`/v1/admin/users/${user.id}/roles`)
      .set({ ...as(), 'If-Match': '*' })
      .send({ roles: [] })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([status, code])
  })
})
