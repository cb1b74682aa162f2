import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { ChargeOutcome, RefundOrigin } from '@micromart/contracts/payment'
import { silentLog } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'
import { aNotice, type Hook, signed, startHook } from './webhooks-for-test.ts'

const stack = new AsyncDisposableStack()
let hook: Hook
let shop: TestShop
let ahead = 0
const clock = { now: () => new Date(Date.now() + ahead) }

beforeAll(async () => {
  hook = stack.use(await startHook())
  const providerEnv = { PROVIDER_WEBHOOK_URL: hook.url, PROVIDER_SETTLE_SECONDS: '0.1' }
  shop = stack.use(await startForTest({ providerEnv, overrides: { clock, log: silentLog } }))
  hook.passTo((notice) => shop.payment.receiveWebhook(notice))
})
afterAll(() => stack.disposeAsync())

/** The sweeper at a later time: calls have deadlines of now. */
const later = async (ms: number) => {
  ahead = ms
  await shop.sweep()
  ahead = 0
}

const bookOf = async (orderId: string) =>
  (await shop.payment.listPaymentBooks({ afterOrderId: '', limit: 100 })).items.find(
    (book) => book.orderId === orderId,
  )

const foreignOf = async (orderId: string) => {
  const page = { afterBookedAt: undefined, afterRefundId: '', limit: 1000 }
  return (await shop.payment.listForeignRefunds(page)).items.find((one) => one.orderId === orderId)
}

const told = (orderId: string) =>
  shop.sidecar
    .published()
    .filter(({ payload }) => (payload as { orderId?: string }).orderId === orderId)
    .map(({ topic, payload }) => [topic, (payload as { late?: boolean }).late ?? false])

const kinds = async (orderId: string) => (await shop.ledger(orderId)).map(({ kind }) => kind)

/** A charge that was declined, and that the provider has captured all the same; payment has heard of it. */
const capturedLate = async () => {
  const orderId = anOrderId()
  const { payment } = await shop.payment.charge(aCharge(orderId, 'tok_late_capture'))
  expect(payment?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_DECLINED)
  await eventually(async () => expect((await bookOf(orderId))?.captured).toBe(1999n))
  return orderId
}

const sums = (captured: bigint, refunded: bigint, refundsOpen: bigint) => ({
  status: 'declined',
  captured,
  refunded,
  refundsOpen,
  imbalance: 0n,
})

it('is entered and owed back, its end stands, and the provider is asked until it is back', async () => {
  const orderId = await capturedLate()
  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 0n, 1999n))
  const foreign = await foreignOf(orderId)
  expect(foreign).toMatchObject({ origin: RefundOrigin.REFUND_ORIGIN_LATE, amount: eur(1999) })

  await shop.stopProvider()
  await shop.sweep()
  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 0n, 1999n))
  await shop.startProvider()
  await shop.sweep() // its pause is not over
  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 0n, 1999n))
  await later(2_000)

  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 1999n, 0n))
  const theirs = await shop.ledger(orderId)
  expect(theirs.map(({ kind, amount }) => [kind, amount])).toEqual([
    ['capture', 1999],
    ['refund', 1999],
  ])
  expect(theirs[1]?.key).toBe(`refund-${foreign?.refundId}`)
  await eventually(() =>
    expect(told(orderId)).toEqual([
      ['payment.failed.v1', false],
      ['payment.settled.v1', true],
      ['payment.refunded.v1', false],
    ]),
  )
  await later(120_000)
  expect(await kinds(orderId)).toEqual(['capture', 'refund'])
})

it('is one capture and one refund, whoever tells it again and whoever asks for it', async () => {
  const orderId = await capturedLate()
  const data = { id: 'c-1', reference: orderId, status: 'succeeded', amount: 1999, currency: 'EUR' }
  const again = signed(aNotice('charge.succeeded', data))
  expect(await shop.payment.receiveWebhook(again)).toEqual({ applied: false })
  const { refundId = '', amount } = (await foreignOf(orderId)) ?? {}
  const refund = { orderId, refundId, amount }
  await Promise.all([shop.sweep(), shop.payment.refund(refund), shop.payment.refund(refund)])
  expect(await shop.payment.refund(refund)).toMatchObject({ refunded: true })
  expect(await kinds(orderId)).toEqual(['capture', 'refund'])
  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 1999n, 0n))
  const other = shop.payment.refund({ ...refund, refundId: anOrderId() })
  await expect(other).rejects.toMatchObject({ code: 'refund_exceeds_capture' })
  const charge = await shop.payment.charge(aCharge(orderId, 'tok_late_capture'))
  expect(charge.payment?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_DECLINED)
})

it('stays with the provider when that refuses: nobody asks again, a person must look', async () => {
  const orderId = await capturedLate()
  await shop.arm({ operation: 'refund', reference: orderId, step: 'before', kind: 'decline' })
  await shop.sweep()
  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 0n, 0n))
  await later(120_000)
  expect(await kinds(orderId)).toEqual(['capture'])
  const { refundId = '', amount } = (await foreignOf(orderId)) ?? {}
  expect(await shop.payment.refund({ orderId, refundId, amount })).toMatchObject({ refused: true })
})

it('was given back at the desk before we could: the refund of ours is refused, the books agree', async () => {
  const orderId = await capturedLate()
  await shop.refundAtDesk(orderId)
  await eventually(async () =>
    expect(
      await shop.query('SELECT told_refunded FROM payments WHERE order_id = ?', [orderId]),
    ).toEqual([{ told_refunded: 1999 }]),
  )
  await shop.sweep()
  expect(await bookOf(orderId)).toMatchObject(sums(1999n, 1999n, 0n))
  expect(await kinds(orderId)).toEqual(['capture', 'refund'])
})
