import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type ExportOrdersResponse,
  OrderServiceService,
  OrderStatus,
} from '@micromart/contracts/order'
import { PrivacyServiceService } from '@micromart/contracts/privacy'
import { connectSidecar, runInContext, type Sidecar } from '@micromart/dapr'
import { systemIds } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import { eventually, testClient } from '@micromart/testing'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { ordersMysql } from '../src/repository/orders-mysql.ts'
import { entities } from '../src/repository/rows.ts'
import { sold } from './sold.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

const stack = new AsyncDisposableStack()
let test: TestShop
let wire: Sidecar
let erase: (userId: string) => ReturnType<Privacy['erasePerson']>

type Privacy = ReturnType<Awaited<ReturnType<typeof connect>>['as']>
const connect = () => testClient(PrivacyServiceService, test.service.port)

beforeAll(async () => {
  test = stack.use(await startForTest())
  const privacy = stack.use(await connect()).as()
  const at = { grpcPort: test.service.port, httpPort: 0, apiToken: undefined, appId: 'test' }
  wire = stack.use(await connectSidecar(at))
  erase = (userId) => privacy.erasePerson({ userId })
  test.sidecar.answer('payment', 'ListPaymentRecords', ({ orderIds }) => ({
    items: orderIds.map((orderId) => ({
      orderId,
      status: 'captured',
      provider: 'simulated',
      amount: { amount: 2_500n, currency: 'EUR' },
      refunded: undefined,
      chargeId: 'ch_1',
      updatedAt: undefined,
    })),
  }))
})
afterAll(() => stack.disposeAsync())

const exported = async (userId: string): Promise<readonly ExportOrdersResponse[]> => {
  const whole: ExportOrdersResponse[] = []
  await runInContext({ token: test.tokens.userToken({ id: userId }) }, async () => {
    const stream = wire.stream(OrderServiceService, 'test').exportOrders({})
    for await (const one of stream) whole.push(one as ExportOrdersResponse)
  })
  return whole
}

/** Every text that the database holds, by table. */
const dump = async (): Promise<readonly (readonly [table: string, text: string])[]> => {
  const connection = await createConnection(test.database.url)
  const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES')
  const all: (readonly [string, string])[] = []
  for (const [name] of tables.map((table) => Object.values(table) as string[])) {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT * FROM ??', [name])
    const texts = rows.flatMap((row) => Object.values(row).map(String)) // bytes as UTF-8
    all.push([name ?? '', texts.join('\n')])
  }
  await connection.end()
  return all
}

/** The tables that hold a text, but for events: those go a day after they were sent. */
const holdersOf = async (text: string): Promise<readonly string[]> =>
  (await dump())
    .filter(([table, held]) => table !== 'outbox' && held.includes(text))
    .map(([table]) => table)

const digestOf = (ids: readonly string[]) => {
  const text = ids.toSorted().map((id) => `${id}\n`)
  return createHash('sha256').update(text.join('')).digest('hex')
}

describe('the erasure of a shopper', () => {
  it('takes what is personal out of orders, histories and refunds, and keeps what was bought', async () => {
    const { userId, id, ship, ask, read } = await sold(test)
    await ask({
      amount: { amount: 100n, currency: 'EUR' },
      reason: `Mrs ${userId} complained`,
    })
    await ship()
    const before = await read()
    const { done, erased, kept, digest } = await erase(userId)
    expect({ done, erased, digest }).toEqual({
      done: true,
      erased: [{ kind: 'orders', count: 1n }],
      digest: digestOf([id]),
    })
    expect(kept).toContain('amounts')
    const after = await read()
    expect(after).toEqual({
      ...before,
      email: '',
      trackingCode: undefined,
      shippingAddress: expect.objectContaining({ name: '', line1: '', city: '' }),
      updatedAt: expect.any(Date),
    })
    expect(await holdersOf(`Mrs ${userId}`)).toEqual([])
    const { items } = await test.as(userId).getTimeline({ id, orderToken: undefined })
    const said = items.map(({ message }) => message)
    expect(said).toEqual(expect.arrayContaining(['Order shipped', 'Refund asked for']))
    expect(said.join()).not.toMatch(/JD-1|complained/)
  })

  it('leaves the answer to shipping for 48 hours, and after three days its id in orders alone', async () => {
    const { userId, id } = await sold(test)
    const client = stack.use(await testClient(OrderServiceService, test.service.port))
    const token = test.tokens.userToken({ id: systemIds.next(), roles: ['admin'] })
    const idempotency = { key: id, scope: 's'.repeat(43), fingerprint: 'f'.repeat(43) }
    const trackingCode = `TRK-${userId.slice(-12)}`
    await client.as({ token, idempotency }).shipOrder({ id, carrier: 'DHL', trackingCode })
    await erase(userId)
    expect(await holdersOf(trackingCode)).toEqual(['idempotency_keys'])
    expect(await holdersOf(userId)).toEqual(['erased_users', 'order_keys', 'orders'])

    await using db = await openDatabase({ url: test.database.url, entities })
    const orders = ordersMysql(db, systemIds, { event: () => {}, entries: () => {} })
    await orders.prune(new Date(Date.now() + 49 * 3_600_000))
    expect(await holdersOf(trackingCode)).toEqual([])
    await orders.prune(new Date(Date.now() + 73 * 3_600_000))
    expect(await holdersOf(userId)).toEqual(['orders'])
  })

  it('cancels and pays back what has not left the house, and is done once that is', async () => {
    const { userId, id, read, given } = await sold(test)
    expect((await erase(userId)).done).toBe(false)
    await eventually(async () => expect((await erase(userId)).done).toBe(true))
    expect((await read())?.status).toBe(OrderStatus.ORDER_STATUS_CANCELLED)
    expect(given().map(([, amount]) => amount)).toEqual([2_500n])
    expect(await erase(userId)).toMatchObject({ done: true, digest: digestOf([id]) })
  })

  it('waits for a payment whose end is open', async () => {
    const { id: userId, order, wish } = aMember(test)
    await order.placeOrder({ ...wish, paymentToken: 'tok_pending' })
    expect((await erase(userId)).done).toBe(false)
    expect((await erase(userId)).done).toBe(false)
  })

  it('of one without orders is done at once, and closes the shop to a token that lives on', async () => {
    const { id: userId, order, wish } = aMember(test)
    expect(await erase(userId)).toMatchObject({
      done: true,
      erased: [{ kind: 'orders', count: 0n }],
      digest: digestOf([]),
    })
    expect(await refusalOf(order.placeOrder(wish))).toMatchObject({ kind: 'unauthenticated' })
  })

  it('touches nobody else, and takes no name that is none', async () => {
    const [one, other] = [await sold(test), await sold(test)]
    const before = await other.read()
    await erase(one.userId)
    expect(await other.read()).toEqual(before)
    expect(await refusalOf(erase('everybody'))).toMatchObject({ code: 'user_id_invalid' })
  })
})

describe('the copy of a shopper’s orders', () => {
  it('holds each whole: history, refunds, and what payment keeps', async () => {
    const { userId, id, ask } = await sold(test)
    await ask({ amount: { amount: 100n, currency: 'EUR' } })
    const whole = await exported(userId)
    expect(whole).toHaveLength(1)
    expect(whole[0]).toMatchObject({
      order: { id },
      payment: { orderId: id, status: 'captured', chargeId: 'ch_1' },
      refunds: [{ amount: { amount: 100n }, reason: 'Scratched' }],
    })
    expect(whole[0]?.timeline.map(({ event }) => event)).toContain('order.paid')
  })

  it('pages through all of them, and holds none of another’s', async () => {
    const userId = systemIds.next()
    const whole = await exported(userId)
    expect(whole).toEqual([])
  })
})
