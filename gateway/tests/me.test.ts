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
const receiptId = systemIds.next()
const { line2: _2, region: _r, phone: _p, ...sentAddress } = anAddress

describe('my account', () => {
  let shop: TestGateway
  const as = () => ({ Authorization: shop.token() })

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('user', 'GetMe', () => ({ user }))
    shop.sidecar.answer('user', 'UpdateMe', ({ name = '' }) => ({ user: { ...user, name } }))
    shop.sidecar.answer('user', 'EraseMe', () => ({ receiptId, receiptToken: 'opens-it' }))
    shop.sidecar.answer('cart', 'GetLines', () => ({ lines: [{ sku: 'TEA', quantity: 2 }] }))
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
    expect(erased.headers['location']).toBe(`/v1/erasures/${receiptId}`)
    expect(erased.headers['x-erasure-token']).toBe('opens-it')
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

  it('tells whoever has the token what has become of an erasure', async () => {
    const part = { app: 'order', at, erased: [{ kind: 'orders', count: 3n }], kept: ['amounts'] }
    shop.sidecar.answer('user', 'GetErasure', ({ receiptToken }) => {
      if (receiptToken !== 'opens-it') throw new DomainError('not_found', 'receipt_not_found')
      const parts = [{ ...part, digest: 'd' }]
      return {
        receiptId,
        requestedAt: at,
        completedAt: at,
        parts,
        receipt: 'a.b.c',
        key: '{"kty":"EC"}',
      }
    })
    const path = `/v1/erasures/${receiptId}`
    const read = await shop.http.get(path).set('X-Erasure-Token', 'opens-it')
    expectDocumented(read)
    const time = at.toISOString()
    expect(read.body).toEqual({
      id: receiptId,
      status: 'done',
      requestedAt: time,
      completedAt: time,
      parts: [{ ...part, at: time, erased: { orders: 3 }, digest: 'd' }],
      receipt: 'a.b.c',
      key: { kty: 'EC' },
    })
    const stranger = await shop.http.get(path)
    expect([stranger.status, stranger.body.code]).toEqual([404, 'receipt_not_found'])
  })

  const amount = { amount: 1_999n, currency: 'EUR' }
  const wholeOf = (order: ReturnType<typeof anOrder>) => ({
    order,
    timeline: [],
    refunds: [],
    payment: {
      orderId: order.id,
      status: 'captured',
      provider: 'simulated',
      amount,
      refunded: undefined,
      chargeId: 'ch_1',
      updatedAt: at,
    },
  })

  it('exports account, addresses, cart and all orders with what is kept of them', async () => {
    const orders = [anOrder(), anOrder()]
    shop.sidecar.answer('order', 'ExportOrders', () => orders.map(wholeOf))
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
      cart: { items: [{ sku: 'TEA', quantity: 2 }] },
    })
    expect(response.body.orders.map(({ id }: { id: string }) => id)).toEqual(
      orders.map(({ id }) => id),
    )
    expect(response.body.orders[0]).toMatchObject({
      timeline: [],
      refunds: [],
      paymentRecord: { status: 'captured', chargeId: 'ch_1', refunded: null, declineCode: null },
    })
    expect(response.headers['content-disposition']).toContain('attachment')
  })

  it('an export that cannot begin is a problem', async () => {
    shop.sidecar.answer('order', 'ExportOrders', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const response = await shop.http.get('/v1/me/export').set(as())
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([503, 'database_unavailable'])
  })

  it('stops reading orders when nobody reads the export', async () => {
    const order = wholeOf(anOrder())
    let told = 0
    let isOver = false
    shop.sidecar.answer('order', 'ExportOrders', async function* endless() {
      try {
        for (; ; told += 1) {
          yield order
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      } finally {
        isOver = true
      }
    })
    const request = send(`${shop.origin}/v1/me/export`, { headers: as() }).end()
    request.on('error', () => {})
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    await once(response, 'data')
    expect(isOver).toBe(false)
    request.destroy()
    await eventually(() => expect(isOver).toBe(true))
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
