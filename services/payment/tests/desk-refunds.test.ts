import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { RefundOrigin } from '@micromart/contracts/payment'
import { silentLog, systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'
import { aNotice, type Hook, signed, startHook } from './webhooks-for-test.ts'

const stack = new AsyncDisposableStack()
let hook: Hook
let shop: TestShop

beforeAll(async () => {
  hook = stack.use(await startHook())
  const providerEnv = { PROVIDER_WEBHOOK_URL: hook.url }
  shop = stack.use(await startForTest({ providerEnv, overrides: { log: silentLog } }))
  hook.passTo((notice) => shop.payment.receiveWebhook(notice))
})
afterAll(() => stack.disposeAsync())

const charged = async () => {
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  return orderId
}

const refundOf = (orderId: string, amount: number) => ({
  orderId,
  refundId: systemIds.next(),
  amount: eur(amount),
})

/** Pages of two, as a reader that goes on from its last one. */
const foreign = async () => {
  const all = []
  let after: { afterBookedAt: Date | undefined; afterRefundId: string } = {
    afterBookedAt: undefined,
    afterRefundId: '',
  }
  for (;;) {
    const { items } = await shop.payment.listForeignRefunds({ ...after, limit: 2 })
    all.push(...items)
    const last = items.at(-1)
    if (!last) return all
    after = { afterBookedAt: last.bookedAt, afterRefundId: last.refundId }
  }
}

const atDeskOf = async (orderId: string) =>
  (await foreign())
    .filter((one) => one.orderId === orderId)
    .map(({ amount, origin }) => [amount?.amount, origin])

const refundedOf = async (orderId: string) =>
  (await shop.payment.getPayment({ orderId })).payment?.refunded?.amount

const told = (orderId: string) =>
  shop.sidecar
    .published()
    .filter(({ topic }) => topic === 'payment.refunded.v1')
    .flatMap(({ payload }) => {
      const of = payload as { orderId: string; refundId: string; amount: { amount: string } }
      return of.orderId === orderId ? [[of.refundId, of.amount.amount]] : []
    })

const { REFUND_ORIGIN_DESK } = RefundOrigin

it('are entered, told and listed with those that were made here', async () => {
  const orderId = await charged()
  const own = refundOf(orderId, 300)
  await shop.payment.refund(own)
  await shop.refundAtDesk(orderId, 500)
  await eventually(async () => expect(await refundedOf(orderId)).toBe(800n))
  await shop.refundAtDesk(orderId)
  await eventually(async () => expect(await refundedOf(orderId)).toBe(1999n))

  expect(await atDeskOf(orderId)).toEqual([
    [500n, REFUND_ORIGIN_DESK],
    [1199n, REFUND_ORIGIN_DESK],
  ])
  const ids = (await foreign()).filter((one) => one.orderId === orderId)
  await eventually(() =>
    expect(told(orderId)).toEqual([
      [own.refundId, '300'],
      [ids[0]?.refundId, '500'],
      [ids[1]?.refundId, '1199'],
    ]),
  )
  const tooMuch = shop.payment.refund(refundOf(orderId, 1))
  await expect(tooMuch).rejects.toMatchObject({ code: 'refund_exceeds_capture' })
  const [first] = ids
  const asked = { orderId, refundId: first?.refundId ?? '', amount: eur(500) }
  expect(await shop.payment.refund(asked)).toMatchObject({ refunded: true })
  expect(await shop.ledger(orderId)).toHaveLength(4) // asking for one that is back gives nothing
})

it('come to the provider’s sum, also while a refund of ours is on its way', async () => {
  const orderId = await charged()
  const own = refundOf(orderId, 700)
  await shop.arm({ operation: 'refund', reference: orderId, step: 'before', kind: 'error' })
  expect(await shop.payment.refund(own)).toMatchObject({ refunded: false, refused: false })
  await shop.refundAtDesk(orderId)
  await eventually(async () => expect(await refundedOf(orderId)).toBe(1299n)) // the rest may be ours

  expect(await shop.payment.refund(own)).toMatchObject({ refused: true })

  expect(await refundedOf(orderId)).toBe(1999n)
  const sum = (await atDeskOf(orderId)).reduce((all, [amount]) => all + BigInt(amount ?? 0), 0n)
  expect(sum).toBe(1999n)
})

it('tell nothing new when they are told again, late or in another order', async () => {
  const orderId = await charged()
  const tell = async (refunded: number) => {
    const data = { reference: orderId, status: 'succeeded', id: 'c', refunded, currency: 'EUR' }
    return (await shop.payment.receiveWebhook(signed(aNotice('charge.refunded', data)))).applied
  }
  const answers = [await tell(900), await tell(900), await tell(400), await tell(1000)]
  expect(answers).toEqual([true, false, false, true])
  expect(await atDeskOf(orderId)).toEqual([
    [900n, REFUND_ORIGIN_DESK],
    [100n, REFUND_ORIGIN_DESK],
  ])
})

it.each([
  [{ limit: 0 }, '/limit'],
  [{ limit: 1001 }, '/limit'],
  [{ afterRefundId: 'x', afterBookedAt: new Date(0) }, '/afterRefundId'],
])('are not listed for %p', async (wrong, path) => {
  const page = { afterBookedAt: undefined, afterRefundId: '', limit: 1, ...wrong }
  await expect(shop.payment.listForeignRefunds(page)).rejects.toMatchObject({
    kind: 'invalid',
    fields: [expect.objectContaining({ path })],
  })
})
