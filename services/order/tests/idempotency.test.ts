import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderServiceService, OrderStatus } from '@micromart/contracts/order'
import { DomainError, systemIds } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import { type TestCaller, type TestClient, testClient } from '@micromart/testing'
import { away } from './fake-shop.ts'
import { eur, sold } from './sold.ts'
import { aMember, startForTest, type TestShop } from './start.ts'

const stack = new AsyncDisposableStack()
let test: TestShop
let client: TestClient<typeof OrderServiceService>
beforeAll(async () => {
  test = stack.use(await startForTest())
  client = stack.use(await testClient(OrderServiceService, test.service.port))
})
afterAll(() => stack.disposeAsync())

/** A caller whose every call is the same request, as the gateway says it is. */
const repeating = (id: string, roles: readonly string[] = ['customer']) => {
  const key = systemIds.next()
  const token = test.tokens.userToken({ id, roles })
  const caller = (fingerprint: string): TestCaller => ({
    token,
    idempotency: { key, scope: 's'.repeat(43), fingerprint },
  })
  const first = caller('f'.repeat(43))
  return {
    rpc: client.as(first),
    other: client.as(caller('g'.repeat(43))),
    wasReplayed: () => first.replayed,
  }
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'none',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  )

describe('a repeat with the same key', () => {
  it('of a refund gets the first answer, and gives nothing more', async () => {
    const { id, given, sku } = await sold(test)
    const { rpc, other, wasReplayed } = repeating(systemIds.next(), ['admin'])
    const lines = [{ sku, quantity: 1 }]
    const wish = { id, amount: undefined, lines, reason: 'Scratched', restock: true }

    const first = await rpc.refundOrder(wish)
    expect(wasReplayed()).toBe(false)
    await test.as(systemIds.next(), ['admin']).refundOrder({ ...wish, lines: [] })

    expect(await rpc.refundOrder(wish)).toEqual(first)
    expect(wasReplayed()).toBe(true)
    expect(given()).toHaveLength(2)
    expect(await codeOf(other.refundOrder(wish))).toBe('idempotency_mismatch')
  })

  it('of a refused refund is refused again, whatever has changed', async () => {
    const { id, given } = await sold(test)
    const { rpc, wasReplayed } = repeating(systemIds.next(), ['admin'])
    const wish = { id, amount: eur(9_999n), lines: [], reason: 'x', restock: false }
    expect(await codeOf(rpc.refundOrder(wish))).toBe('refund_exceeds_paid')
    expect(await codeOf(rpc.refundOrder(wish))).toBe('refund_exceeds_paid')
    expect(wasReplayed()).toBe(true)
    expect(given()).toEqual([])
  })

  it('of a refund that had no answer goes on with the same one', async () => {
    const { id, given } = await sold(test)
    const { rpc } = repeating(systemIds.next(), ['admin'])
    const wish = { id, amount: eur(700n), lines: [], reason: 'x', restock: false }
    const first = await rpc.refundOrder(wish)
    await using db = await openDatabase({ url: test.database.url, entities: [] })
    // As a crash between the refund and its answer leaves it.
    await db.query(
      `UPDATE idempotency_keys SET outcome = NULL, answer = NULL, locked_until = '2000-01-01'
        WHERE handler = 'RefundOrder' AND outcome = 'answer' ORDER BY created_at DESC LIMIT 1`,
    )

    expect(await rpc.refundOrder(wish)).toEqual(first)

    expect(given()).toEqual([[first.refund?.id, 700n]])
  })

  it('of a shipping gets the answer of then', async () => {
    const { id } = await sold(test)
    const { rpc, wasReplayed } = repeating(systemIds.next(), ['admin'])
    const wish = { id, carrier: 'DHL', trackingCode: 'JD-1' }
    const first = await rpc.shipOrder(wish)
    await test.as(systemIds.next(), ['admin']).deliverOrder({ id })
    expect(await rpc.shipOrder(wish)).toEqual(first)
    expect(wasReplayed()).toBe(true)
    expect(first.order?.status).toBe(OrderStatus.ORDER_STATUS_SHIPPED)
  })

  it('of a cancellation gets the answer of then, though the refund has come through', async () => {
    const { name, userId, given } = await sold(test)
    const { rpc, wasReplayed } = repeating(userId)
    test.shop.next('payment.Refund', away)
    const first = await rpc.cancelOrder(name)
    await test.later(3_500)
    expect(await rpc.cancelOrder(name)).toEqual(first)
    expect(wasReplayed()).toBe(true)
    expect(given()).toHaveLength(1)
  })

  it('of a payment that goes on gets the state of now while it waits, then the final one', async () => {
    const { id: userId, order, wish } = aMember(test)
    const placed = await order.placeOrder({ ...wish, paymentToken: 'tok_3ds_abandon' })
    const name = { id: placed.order?.id ?? '', orderToken: undefined }
    const { rpc } = repeating(userId)
    const waiting = await rpc.continuePayment(name)
    expect(waiting.order).toEqual(placed.order)
    await test.later(301_000)
    const { order: ended, traceId } = await rpc.continuePayment(name)
    expect(ended?.status).toBe(OrderStatus.ORDER_STATUS_FAILED)
    expect(traceId).toMatch(/^[0-9a-f]{32}$/)
    expect(await rpc.continuePayment(name)).toEqual({ order: ended, traceId })
  })

  it('of a payment that was declined names the trace of the first, and nothing else', async () => {
    const { id: userId, order, wish } = aMember(test)
    const placed = await order.placeOrder({ ...wish, paymentToken: 'tok_3ds_fail' })
    const name = { id: placed.order?.id ?? '', orderToken: undefined }
    const { rpc, wasReplayed } = repeating(userId)
    const first = await rpc.continuePayment(name)
    expect([first.order?.status, first.traceId]).toEqual([
      OrderStatus.ORDER_STATUS_FAILED,
      undefined,
    ])
    const again = await rpc.continuePayment(name)
    expect(again).toEqual({ ...first, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) })
    expect(await rpc.continuePayment(name)).toEqual(again)
    expect(wasReplayed()).toBe(true)
  })
})

it('has one effect of many refunds at once with one key', async () => {
  const { id, given } = await sold(test)
  const { rpc } = repeating(systemIds.next(), ['admin'])
  const wish = { id, amount: eur(100n), lines: [], reason: 'x', restock: false }
  const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(rpc.refundOrder(wish))))
  expect(new Set(codes.filter((code) => code !== 'none'))).toEqual(
    new Set(codes.includes('idempotency_in_progress') ? ['idempotency_in_progress'] : []),
  )
  expect(given()).toHaveLength(1)
})

it('keeps no personal data with an answer', async () => {
  const { name, userId } = await sold(test)
  await repeating(userId).rpc.cancelOrder(name)
  await using db = await openDatabase({ url: test.database.url, entities: [] })
  const rows = await db.query<{ answer: Buffer | null }[]>('SELECT answer FROM idempotency_keys')
  const kept = rows.map(({ answer }) => answer?.toString() ?? '').join('\n')
  expect(kept).toContain(name.id)
  for (const secret of ['example.org', 'Lovelace', 'St James']) expect(kept).not.toContain(secret)
})
