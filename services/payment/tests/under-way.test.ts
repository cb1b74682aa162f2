import { expect, it } from '@jest/globals'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { eventually } from '@micromart/testing'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'
import { startHook } from './webhooks-for-test.ts'

const { CHARGE_OUTCOME_CAPTURED, CHARGE_OUTCOME_DECLINED, CHARGE_OUTCOME_PENDING } = ChargeOutcome
const { CHARGE_OUTCOME_CANCELLED, CHARGE_OUTCOME_REQUIRES_ACTION } = ChargeOutcome
const { CHARGE_OUTCOME_UNKNOWN } = ChargeOutcome

const slowly = { providerEnv: { PROVIDER_SETTLE_SECONDS: '600' } }
const quickly = { providerEnv: { PROVIDER_SETTLE_SECONDS: '0.1' } }

const paymentOf = async (shop: TestShop, orderId: string) =>
  (await shop.payment.getPayment({ orderId })).payment

/** As the row has it: nobody is asked. */
const statusOf = async (shop: TestShop, orderId: string) =>
  (await shop.query('SELECT status FROM payments WHERE order_id = ?', [orderId]))[0]?.['status']

const ledgerOf = async (shop: TestShop) =>
  (await shop.query('SELECT posting, account, side, amount FROM ledger_entries ORDER BY seq')).map(
    ({ posting, account, side, amount }) => [posting, side, account, amount].join(' '),
  )

it.each([
  ['tok_pending', CHARGE_OUTCOME_CAPTURED, 1],
  ['tok_pending_declined', CHARGE_OUTCOME_DECLINED, 0],
])('learns by asking how %s settles', async (token, outcome, captures) => {
  await using shop = await startForTest(quickly)
  const orderId = anOrderId()
  const { payment } = await shop.payment.charge(aCharge(orderId, token))
  expect(payment).toMatchObject({ outcome: CHARGE_OUTCOME_PENDING, amount: eur(1999) })
  expect(payment?.nextAction).toBeUndefined()
  await eventually(async () => expect((await paymentOf(shop, orderId))?.outcome).toBe(outcome))
  expect(await shop.ledger(orderId)).toHaveLength(captures)
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
})

it.each([
  ['tok_pending', 'captured', 'payment.settled.v1'],
  ['tok_pending_declined', 'declined', 'payment.failed.v1'],
])('learns by webhook how %s settles, without asking', async (token, status, topic) => {
  await using hook = await startHook()
  const providerEnv = { PROVIDER_SETTLE_SECONDS: '0.1', PROVIDER_WEBHOOK_URL: hook.url }
  await using shop = await startForTest({ providerEnv })
  hook.passTo((notice) => shop.payment.receiveWebhook(notice))
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, token))
  await eventually(async () => expect(await statusOf(shop, orderId)).toBe(status))
  await eventually(() => expect(shop.sidecar.published()).toMatchObject([{ topic }]))
  for (const notice of hook.taken()) {
    expect(await shop.payment.receiveWebhook(notice)).toEqual({ applied: false })
  }
  expect(shop.sidecar.published()).toHaveLength(1)
})

it('keeps pending and answers it again, with one charge at the provider', async () => {
  await using shop = await startForTest(slowly)
  const orderId = anOrderId()
  for (const _ of [1, 2, 3]) {
    const { payment } = await shop.payment.charge(aCharge(orderId, 'tok_pending'))
    expect(payment?.outcome).toBe(CHARGE_OUTCOME_PENDING)
  }
  await expect(shop.payment.charge(aCharge(orderId, 'tok_pending', 5))).rejects.toMatchObject({
    code: 'amount_mismatch',
  })
  expect(await ledgerOf(shop)).toEqual([
    'authorise debit authorised 1999',
    'authorise credit clearing 1999',
  ])
})

it('cancels what is pending: the promise is released, and a late webhook changes nothing', async () => {
  await using shop = await startForTest(slowly)
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, 'tok_pending'))
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({
    outcome: CHARGE_OUTCOME_CANCELLED,
  })
  expect(await ledgerOf(shop)).toEqual([
    'authorise debit authorised 1999',
    'authorise credit clearing 1999',
    'release debit clearing 1999',
    'release credit authorised 1999',
  ])
})

it.each([
  ['tok_3ds', CHARGE_OUTCOME_CAPTURED, undefined],
  ['tok_3ds_fail', CHARGE_OUTCOME_DECLINED, 'authentication_failed'],
])(
  'asks the shopper to authenticate with %s, then goes on',
  async (token, outcome, declineCode) => {
    await using shop = await startForTest()
    const orderId = anOrderId()
    const { payment } = await shop.payment.charge(aCharge(orderId, token))
    expect(payment).toMatchObject({
      outcome: CHARGE_OUTCOME_REQUIRES_ACTION,
      nextAction: {
        type: 'redirect',
        url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/3ds\/[0-9a-f-]{36}$/),
        expiresAt: expect.any(Date),
      },
    })
    expect(await paymentOf(shop, orderId)).toEqual(payment)
    expect(await shop.ledger(orderId)).toEqual([])
    for (const _ of [1, 2]) {
      const { payment: gone } = await shop.payment.continueCharge({ orderId })
      expect(gone).toMatchObject({ outcome, nextAction: undefined, declineCode })
    }
    await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
  },
)

it('waits for a shopper who never comes, until the order gives up', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, 'tok_3ds_abandon'))
  const { payment } = await shop.payment.continueCharge({ orderId })
  expect(payment?.outcome).toBe(CHARGE_OUTCOME_REQUIRES_ACTION)
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({
    outcome: CHARGE_OUTCOME_CANCELLED,
  })
  expect((await shop.payment.continueCharge({ orderId })).payment?.outcome).toBe(
    CHARGE_OUTCOME_CANCELLED,
  )
})

it('hears of an action that expired', async () => {
  await using shop = await startForTest({ providerEnv: { PROVIDER_ACTION_SECONDS: '0.1' } })
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, 'tok_3ds_abandon'))
  await eventually(async () =>
    expect(await paymentOf(shop, orderId)).toMatchObject({
      outcome: CHARGE_OUTCOME_DECLINED,
      declineCode: 'authentication_expired',
    }),
  )
})

it('hears by webhook of a shopper who authenticated and never came back', async () => {
  await using hook = await startHook()
  await using shop = await startForTest({ providerEnv: { PROVIDER_WEBHOOK_URL: hook.url } })
  hook.passTo((notice) => shop.payment.receiveWebhook(notice))
  const orderId = anOrderId()
  const { payment } = await shop.payment.charge(aCharge(orderId, 'tok_3ds'))
  const body = new URLSearchParams({ answer: 'approve' })
  await fetch(payment?.nextAction?.url ?? '', { method: 'POST', body, redirect: 'manual' })
  await eventually(async () => expect(await statusOf(shop, orderId)).toBe('captured'))
  expect(await shop.ledger(orderId)).toHaveLength(1)
})

it.each(['tok_pending', 'tok_3ds'])(
  'does not know what became of %s while nobody can tell',
  async (token) => {
    await using shop = await startForTest(slowly)
    const orderId = anOrderId()
    const { payment } = await shop.payment.charge(aCharge(orderId, token))
    await shop.stopProvider()
    expect(await paymentOf(shop, orderId)).toEqual(payment)
    expect((await shop.payment.continueCharge({ orderId })).payment).toEqual(payment)
    expect(await shop.payment.cancelPayment({ orderId })).toEqual({
      outcome: CHARGE_OUTCOME_UNKNOWN,
    })
  },
)

it('continues no payment that does not exist', async () => {
  await using shop = await startForTest()
  const unknown = shop.payment.continueCharge({ orderId: anOrderId() })
  await expect(unknown).rejects.toMatchObject({ kind: 'not_found', code: 'payment_not_found' })
})

it('ends a race of webhook, confirmation, question and cancellation once', async () => {
  await using hook = await startHook()
  const providerEnv = { PROVIDER_SETTLE_SECONDS: '0', PROVIDER_WEBHOOK_URL: hook.url }
  await using shop = await startForTest({ providerEnv })
  hook.passTo((notice) => shop.payment.receiveWebhook(notice))
  const ids = Array.from({ length: 8 }, anOrderId)
  await Promise.all(
    ids.map(async (orderId, index) => {
      await shop.payment.charge(aCharge(orderId, index % 2 ? 'tok_pending' : 'tok_3ds'))
      await Promise.all([
        shop.payment.continueCharge({ orderId }),
        shop.payment.getPayment({ orderId }),
        shop.payment.cancelPayment({ orderId }),
      ])
    }),
  )
  await eventually(() => expect(hook.taken()).toHaveLength(8))
  for (const orderId of ids) {
    const status = await statusOf(shop, orderId)
    expect(['captured', 'cancelled']).toContain(status)
    expect(await shop.ledger(orderId)).toHaveLength(status === 'captured' ? 1 : 0)
  }
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(8))
  const { items } = await shop.payment.listPaymentBooks({ afterOrderId: '', limit: 100 })
  for (const { imbalance, captured, status } of items) {
    expect([imbalance, captured]).toEqual([0n, status === 'captured' ? 1999n : 0n])
  }
})
