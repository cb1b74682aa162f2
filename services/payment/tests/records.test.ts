import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'

let shop: TestShop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(async () => {
  await shop[Symbol.asyncDispose]()
})

it('shows what is kept of payments, and asks nobody', async () => {
  const [paid, declined, absent] = [anOrderId(), anOrderId(), anOrderId()]
  await shop.payment.charge(aCharge(paid))
  await shop.payment.refund({ orderId: paid, refundId: anOrderId(), amount: eur(999) })
  await shop.payment.charge(aCharge(declined, 'tok_insufficient_funds'))
  await shop.stopProvider()
  const { items } = await shop.payment.listPaymentRecords({ orderIds: [paid, declined, absent] })
  const of = (orderId: string) => items.find((record) => record.orderId === orderId)
  expect(items).toHaveLength(2)
  expect(of(paid)).toEqual({
    orderId: paid,
    status: 'captured',
    provider: 'simulated',
    amount: eur(1999),
    refunded: eur(999),
    declineCode: undefined,
    chargeId: expect.any(String),
    updatedAt: expect.any(Date),
  })
  expect(of(declined)).toMatchObject({ status: 'declined', declineCode: 'insufficient_funds' })
})

it('takes a hundred orders at once, and no more', async () => {
  const orderIds = Array.from({ length: 101 }, anOrderId)
  await expect(shop.payment.listPaymentRecords({ orderIds })).rejects.toMatchObject({
    code: 'validation_failed',
  })
  expect(await shop.payment.listPaymentRecords({ orderIds: [] })).toEqual({ items: [] })
})
