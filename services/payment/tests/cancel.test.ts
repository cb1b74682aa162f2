import { expect, it } from '@jest/globals'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { silentLog } from '@micromart/kernel'
import { aCharge, anOrderId, startForTest } from './start-for-test.ts'

const { CHARGE_OUTCOME_CANCELLED, CHARGE_OUTCOME_CAPTURED } = ChargeOutcome
const { CHARGE_OUTCOME_DECLINED, CHARGE_OUTCOME_UNKNOWN } = ChargeOutcome
const paymentCancelled = { kind: 'precondition', code: 'payment_cancelled' }

it.each(['unknown', 'opened'])('a charge obeys the cancellation of an %s order', async (kind) => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  if (kind === 'opened') await shop.payment.openPayment({ orderId })
  for (const _ of [1, 2]) {
    expect(await shop.payment.cancelPayment({ orderId })).toEqual({
      outcome: CHARGE_OUTCOME_CANCELLED,
    })
  }
  await expect(shop.payment.charge(aCharge(orderId))).rejects.toMatchObject(paymentCancelled)
  expect(await shop.ledger(orderId)).toEqual([])
  expect(shop.sidecar.published()).toEqual([])
})

it.each([
  ['tok_visa', CHARGE_OUTCOME_CAPTURED],
  ['tok_declined', CHARGE_OUTCOME_DECLINED],
])('comes too late after a charge with %s', async (token, outcome) => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, token))
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({ outcome })
})

it('cancels at the provider what a dead charge left open: a late charge can succeed no more', async () => {
  await using shop = await startForTest()
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const slow = await shop.replica({
    provider: {
      ...shop.provider,
      charge: async (...order) => {
        reach()
        await gate // frozen before the provider hears of it
        return shop.provider.charge(...order)
      },
    },
  })
  const orderId = anOrderId()
  const charging = slow.charge(aCharge(orderId))
  charging.catch(() => undefined)
  await reached
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({
    outcome: CHARGE_OUTCOME_CANCELLED,
  })
  open()
  await expect(charging).rejects.toMatchObject(paymentCancelled)
  expect(await shop.ledger(orderId)).toEqual([])
})

it('learns by cancelling that the money was taken', async () => {
  await using shop = await startForTest()
  const dying = await shop.replica({
    provider: {
      ...shop.provider,
      charge: async (...order) => {
        await shop.provider.charge(...order)
        throw new Error('killed')
      },
    },
    log: silentLog,
  })
  const orderId = anOrderId()
  await dying.charge(aCharge(orderId)).catch(() => undefined)
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({
    outcome: CHARGE_OUTCOME_CAPTURED,
  })
})

it('does not know while the provider is away', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.stopProvider()
  await shop.payment.charge(aCharge(orderId))
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({ outcome: CHARGE_OUTCOME_UNKNOWN })
  await shop.startProvider()
  expect(await shop.payment.cancelPayment({ orderId })).toEqual({
    outcome: CHARGE_OUTCOME_CANCELLED,
  })
})

it.each(['tok_visa', 'tok_slow', 'tok_error'])(
  'ends a race with a charge (%s) in money or none, and both sides agree',
  async (token) => {
    await using shop = await startForTest()
    const races = Array.from({ length: 12 }, async () => {
      const orderId = anOrderId()
      const charge = shop.payment.charge(aCharge(orderId, token))
      const [charged, cancelled] = await Promise.allSettled([
        charge,
        shop.payment.cancelPayment({ orderId }),
      ])
      const { payment } = await shop.payment.getPayment({ orderId })
      const captures = await shop.ledger(orderId)
      expect(cancelled).toMatchObject({ value: { outcome: payment?.outcome } })
      if (payment?.outcome === CHARGE_OUTCOME_CAPTURED) {
        expect(captures).toHaveLength(1)
        expect(charged.status).toBe('fulfilled')
      } else {
        expect(payment?.outcome).toBe(CHARGE_OUTCOME_CANCELLED)
        expect(captures).toEqual([])
        expect(charged).toMatchObject({ reason: paymentCancelled })
      }
    })
    await Promise.all(races)
  },
)
