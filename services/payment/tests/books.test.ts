import { expect, it } from '@jest/globals'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'

const slowly = { providerEnv: { PROVIDER_SETTLE_SECONDS: '600' } }

/** All pages of one side. */
const pages = async <T extends { readonly orderId: string }>(
  page: (afterOrderId: string) => Promise<{ readonly items: readonly T[] }>,
): Promise<readonly T[]> => {
  const all: T[] = []
  for (;;) {
    const { items } = await page(all.at(-1)?.orderId ?? '')
    if (items.length === 0) return all
    all.push(...items)
  }
}

const booksOf = (shop: TestShop, limit = 2) =>
  pages((afterOrderId) => shop.payment.listPaymentBooks({ afterOrderId, limit }))

const providerBooksOf = (shop: TestShop) =>
  pages((afterOrderId) => shop.payment.listProviderBooks({ afterOrderId, limit: 2 }))

it('shows each payment beside its ledger and beside the books of the provider', async () => {
  await using shop = await startForTest(slowly)
  const tokens = ['tok_visa', 'tok_declined', 'tok_pending', 'tok_3ds', 'tok_visa']
  const ids = tokens.map(anOrderId)
  for (const [index, token] of tokens.entries()) {
    await shop.payment.charge(aCharge(String(ids[index]), token))
  }
  const refund = { orderId: String(ids[0]), refundId: anOrderId(), amount: eur(500) }
  await shop.payment.refund(refund)
  await shop.stopProvider()
  await shop.payment.refund({ ...refund, refundId: anOrderId(), amount: eur(99) })
  await shop.startProvider()

  const ours = await booksOf(shop)

  const none = { captured: 0n, refunded: 0n, disputed: 0n, imbalance: 0n, refundsOpen: 0n }
  const common = {
    ...none,
    currency: 'EUR',
    provider: 'simulated',
    paymentId: expect.any(String),
    updatedAt: expect.any(Date),
  }
  const taken = { ...common, captured: 1999n, status: 'captured' }
  expect(ours).toEqual([
    { ...taken, orderId: ids[0], refunded: 500n, refundsOpen: 99n },
    { ...common, orderId: ids[1], status: 'declined' },
    { ...common, orderId: ids[2], status: 'pending' },
    { ...common, orderId: ids[3], status: 'requires_action' },
    { ...taken, orderId: ids[4] },
  ])
  const theirs = { currency: 'EUR', captured: 1999n, captures: 1, updatedAt: expect.any(Date) }
  expect(await providerBooksOf(shop)).toEqual([
    { ...theirs, orderId: ids[0], refunded: 500n },
    { ...theirs, orderId: ids[4], refunded: 0n },
  ])
})

it('cannot show the books of a provider that is away', async () => {
  await using shop = await startForTest()
  await shop.stopProvider()
  const page = shop.payment.listProviderBooks({ afterOrderId: '', limit: 10 })
  await expect(page).rejects.toMatchObject({ kind: 'unavailable', code: 'provider_unavailable' })
})

it.each([
  ['no limit', { limit: 0 }, '/limit'],
  ['too large a limit', { limit: 1001 }, '/limit'],
  ['a cursor of no form', { afterOrderId: 'ü' }, '/afterOrderId'],
])('refuses a page with %s', async (_, wrong, path) => {
  await using shop = await startForTest()
  const request = { afterOrderId: '', limit: 10, ...wrong }
  for (const page of [shop.payment.listPaymentBooks, shop.payment.listProviderBooks]) {
    await expect(page(request)).rejects.toMatchObject({ kind: 'invalid', fields: [{ path }] })
  }
})

it('shows an order that was never charged, and one that cost nothing', async () => {
  await using shop = await startForTest()
  const [open, free] = [anOrderId(), anOrderId()]
  await shop.payment.openPayment({ orderId: open })
  await shop.payment.charge(aCharge(free, 'tok_visa', 0))
  expect(await booksOf(shop)).toMatchObject([
    { orderId: open, status: 'open', currency: '', captured: 0n },
    { orderId: free, status: 'captured', currency: 'EUR', captured: 0n, imbalance: 0n },
  ])
})

it('shows an imbalance that was entered past the service', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  await shop.query(
    `INSERT INTO ledger_entries (payment_id, posting, account, side, amount, currency, entered_at)
     SELECT id, 'by hand', 'refunded', 'credit', 7, 'EUR', updated_at FROM payments`,
  )
  expect(await booksOf(shop)).toMatchObject([{ orderId, imbalance: -7n, refunded: 7n }])
})

it.each([
  ['changed', 'UPDATE ledger_entries SET amount = 1'],
  ['deleted', 'DELETE FROM ledger_entries'],
])('lets nobody have an entry %s, not even past the service', async (_, statement) => {
  await using shop = await startForTest()
  await shop.payment.charge(aCharge(anOrderId()))
  await expect(shop.query(statement)).rejects.toThrow('ledger_entries only grows')
  expect(await shop.query('SELECT * FROM ledger_entries')).toHaveLength(4)
})

it.each([
  ['an account', `'other', 'debit', 5`],
  ['a side', `'captured', 'up', 5`],
  ['an amount', `'captured', 'debit', 0`],
])('takes no entry with %s of its own making', async (_, values) => {
  await using shop = await startForTest()
  const insert = shop.query(
    `INSERT INTO ledger_entries (payment_id, posting, account, side, amount, currency, entered_at)
     VALUES ('p', 'x', ${values}, 'EUR', UTC_TIMESTAMP(3))`,
  )
  await expect(insert).rejects.toThrow(/constraint/i)
})
