import { expect, it } from '@jest/globals'
import { silentLog } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aCharge, anOrderId, eur, startForTest } from './start-for-test.ts'

const exceeds = { kind: 'precondition', code: 'refund_exceeds_capture' }

const aRefund = (orderId: string, amount = 1999, refundId = anOrderId()) => ({
  orderId,
  refundId,
  amount: eur(amount),
})

it('gives the money back once per refund id, tells it and counts it', async () => {
  await using shop = await startForTest({ patienceMs: 10_000 })
  const orderId = anOrderId()
  const { payment } = await shop.payment.charge(aCharge(orderId))
  const refund = aRefund(orderId)
  const answers = await Promise.all([1, 2, 3, 4].map(() => shop.payment.refund(refund)))
  expect(answers.every(({ refunded }) => refunded)).toBe(true)
  expect(await shop.payment.refund(refund)).toMatchObject({
    refunded: true,
    payment: { orderId, refunded: eur(1999) },
  })
  const kinds = (await shop.ledger(orderId)).map(({ kind, amount }) => [kind, amount])
  expect(kinds).toEqual([
    ['capture', 1999],
    ['refund', 1999],
  ])
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(2))
  expect(shop.sidecar.published()[1]).toMatchObject({
    topic: 'payment.refunded.v1',
    aggregateId: payment?.id,
    payload: { orderId, refundId: refund.refundId, amount: { amount: '1999', currency: 'EUR' } },
  })
  expect(await shop.metric('micromart_refunds_total', { outcome: 'refunded' })).toBe(1)
  const audit = 'SELECT action, actor_kind, object_id, state_after FROM audit_entries'
  const { refundId } = refund
  expect(await shop.query(audit)).toEqual([
    {
      action: 'payment.refund',
      actor_kind: 'service',
      object_id: payment?.id,
      state_after: JSON.stringify({ refundId, amount: 1999, currency: 'EUR' }),
    },
  ])
})

it('never gives back more than was captured, whatever comes at once', async () => {
  await using shop = await startForTest({ patienceMs: 10_000 })
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  const wanted = [1, 2, 3, 4, 5].map(() => shop.payment.refund(aRefund(orderId, 800)))
  const results = await Promise.allSettled(wanted)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject(exceeds)
  }
  expect((await shop.payment.getPayment({ orderId })).payment?.refunded).toEqual(eur(1600))
  expect((await shop.ledger(orderId)).filter(({ kind }) => kind === 'refund')).toHaveLength(2)
})

it('reserves while the provider is away and refunds at the repeat', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  const refund = aRefund(orderId)
  await shop.stopProvider()
  expect(await shop.payment.refund(refund)).toMatchObject({
    refunded: false,
    payment: { refunded: eur(0) },
  })
  await expect(shop.payment.refund(aRefund(orderId, 1))).rejects.toMatchObject(exceeds)
  await shop.startProvider()
  expect(await shop.payment.refund(refund)).toMatchObject({
    refunded: true,
    payment: { refunded: eur(1999) },
  })
})

it('learns at the repeat of a refund whose answer was lost', async () => {
  await using shop = await startForTest()
  const dying = await shop.replica({
    provider: {
      ...shop.provider,
      refund: async (...order) => {
        await shop.provider.refund(...order)
        return 'unknown'
      },
    },
  })
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  const refund = aRefund(orderId)
  expect(await dying.refund(refund)).toMatchObject({ refunded: false })
  expect(await shop.payment.refund(refund)).toMatchObject({ refunded: true })
  expect((await shop.ledger(orderId)).filter(({ kind }) => kind === 'refund')).toHaveLength(1)
})

it('gives nothing back of what was not captured, and nothing else under a used refund id', async () => {
  await using shop = await startForTest()
  const unknown = shop.payment.refund(aRefund(anOrderId()))
  await expect(unknown).rejects.toMatchObject({ code: 'payment_not_found' })
  const declined = anOrderId()
  await shop.payment.charge(aCharge(declined, 'tok_declined'))
  await expect(shop.payment.refund(aRefund(declined))).rejects.toMatchObject(exceeds)
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  const refund = aRefund(orderId, 100)
  await shop.payment.refund(refund)
  const other = shop.payment.refund({ ...refund, amount: eur(101) })
  await expect(other).rejects.toMatchObject({ kind: 'invalid', code: 'amount_mismatch' })
})

it('ends a refund that the provider refuses: once told, its money free for another', async () => {
  const lines: string[] = []
  const warn = (_: object, message: string) => void lines.push(message)
  await using shop = await startForTest({ overrides: { log: { ...silentLog, warn } } })
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  await shop.arm({ operation: 'refund', reference: orderId, step: 'before', kind: 'decline' })
  const refund = aRefund(orderId)
  for (const _ of [1, 2, 3]) {
    expect(await shop.payment.refund(refund)).toMatchObject({
      refunded: false,
      refused: true,
      payment: { refunded: eur(0) },
    })
  }
  expect(lines).toEqual(['the provider refuses a refund'])
  expect(await shop.metric('micromart_refunds_total', { outcome: 'refused' })).toBe(1)
  expect(await shop.payment.refund(aRefund(orderId))).toMatchObject({ refunded: true })
  const other = shop.payment.refund({ ...refund, amount: eur(1) })
  await expect(other).rejects.toMatchObject({ code: 'amount_mismatch' })
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(2))
})

it('goes on asking while the provider fails: that is no refusal', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  for (const kind of ['error', 'reset']) {
    for (const step of ['before', 'after']) {
      const refund = aRefund(orderId, 100)
      await shop.arm({ operation: 'refund', step, kind })
      expect(await shop.payment.refund(refund)).toMatchObject({ refunded: false, refused: false })
      expect(await shop.payment.refund(refund)).toMatchObject({ refunded: true })
    }
  }
  expect((await shop.ledger(orderId)).filter(({ kind }) => kind === 'refund')).toHaveLength(4)
})

it('gives nothing back of nothing, and asks nobody', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, 'tok_visa', 0))
  await shop.stopProvider()
  expect(await shop.payment.refund(aRefund(orderId, 0))).toMatchObject({ refunded: true })
  await expect(shop.payment.refund(aRefund(orderId, 1))).rejects.toMatchObject(exceeds)
})
