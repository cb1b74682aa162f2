import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { type Log, silentLog } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'

const { CHARGE_OUTCOME_CAPTURED, CHARGE_OUTCOME_DECLINED, CHARGE_OUTCOME_UNKNOWN } = ChargeOutcome
const { CHARGE_OUTCOME_NONE } = ChargeOutcome

const outcomeOf = async (shop: TestShop, orderId: string) =>
  (await shop.payment.getPayment({ orderId })).payment?.outcome

const captured = [{ kind: 'capture', amount: 1999 }]
const capturesOf = async (shop: TestShop, orderId: string) =>
  (await shop.ledger(orderId)).map(({ kind, amount }) => ({ kind, amount }))

it('opens a payment once per order and charges nothing', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  const opened = await Promise.all([1, 2, 3].map(() => shop.payment.openPayment({ orderId })))
  expect(new Set(opened.map(({ paymentId }) => paymentId)).size).toBe(1)
  expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_NONE)
  expect(await shop.ledger(orderId)).toEqual([])
  expect(shop.sidecar.published()).toEqual([])
})

it('captures, says so, tells it and counts it', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  const { paymentId } = await shop.payment.openPayment({ orderId })

  const { payment } = await shop.payment.charge(aCharge(orderId))

  expect(payment).toEqual({
    id: paymentId,
    orderId,
    outcome: CHARGE_OUTCOME_CAPTURED,
    amount: eur(1999),
    refunded: eur(0),
    declineCode: undefined,
    updatedAt: expect.any(Date),
  })
  expect(await shop.payment.getPayment({ orderId })).toEqual({ payment })
  expect(shop.sidecar.calls()).toEqual([])
  expect(await shop.ledger(orderId)).toEqual([
    { kind: 'capture', key: `payment-${paymentId}`, reference: orderId, amount: 1999 },
  ])
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
  expect(shop.sidecar.published()).toMatchObject([
    {
      topic: 'payment.settled.v1',
      aggregateId: paymentId,
      payload: { paymentId, orderId, amount: { amount: '1999', currency: 'EUR' } },
    },
  ])
  expect(await shop.metric('micromart_payments_total', { outcome: 'captured' })).toBe(1)
})

it.each([
  ['tok_declined', 'card_declined'],
  ['tok_insufficient_funds', 'insufficient_funds'],
  ['tok_timeout_declined', 'card_declined'],
  ['tok_nobody_issued', 'invalid_token'],
  ['x'.repeat(300), 'invalid_token'],
])('is declined with %s, also when repeated', async (token, declineCode) => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  const { payment } = await shop.payment.charge(aCharge(orderId, token))
  expect(payment).toMatchObject({ outcome: CHARGE_OUTCOME_DECLINED, declineCode })
  expect(await shop.payment.charge(aCharge(orderId, 'tok_visa'))).toEqual({ payment })
  expect(await shop.ledger(orderId)).toEqual([])
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
  expect(shop.sidecar.published()).toMatchObject([
    { topic: 'payment.failed.v1', payload: { orderId, declineCode } },
  ])
})

it.each(['tok_visa', 'tok_slow', 'tok_timeout', 'tok_error'])(
  'captures once with %s, also when repeated',
  async (token) => {
    await using shop = await startForTest()
    const orderId = anOrderId()
    for (const _ of [1, 2]) {
      const { payment } = await shop.payment.charge(aCharge(orderId, token))
      expect(payment?.outcome).toBe(CHARGE_OUTCOME_CAPTURED)
    }
    expect(await capturesOf(shop, orderId)).toEqual(captured)
  },
)

it.each(['tok_visa', 'tok_slow', 'tok_error', 'tok_timeout'])(
  'makes one capture of many concurrent charges with %s on two replicas',
  async (token) => {
    await using shop = await startForTest()
    const other = await shop.replica()
    const orderId = anOrderId()
    const charges = Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? other : shop.payment).charge(aCharge(orderId, token)),
    )
    await Promise.all(charges)
    await eventually(async () =>
      expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_CAPTURED),
    )
    expect(await capturesOf(shop, orderId)).toEqual(captured)
    await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
  },
)

it('captures nothing of an order that costs nothing, in one move and without the provider', async () => {
  await using shop = await startForTest()
  await shop.stopProvider()
  const orderId = anOrderId()
  const { payment } = await shop.payment.charge(aCharge(orderId, 'tok_visa', 0))
  expect(payment).toMatchObject({ outcome: CHARGE_OUTCOME_CAPTURED, amount: eur(0) })
  const rows = await shop.query('SELECT version, charge_id FROM payments')
  expect(rows).toEqual([{ version: 2, charge_id: null }])
  expect(await shop.query('SELECT * FROM ledger_entries')).toEqual([])
  await shop.startProvider()
  expect(await shop.ledger(orderId)).toEqual([])
})

it.each([
  '4111111111111111',
  '4111 1111 1111 1111',
  'card 4111-1111-1111-1111',
  '6011000990139424',
])('S63 takes no card number for a token: %s', async (token) => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await expect(shop.payment.charge(aCharge(orderId, token))).rejects.toMatchObject({
    kind: 'invalid',
    code: 'card_number_refused',
    fields: [{ path: '/token' }],
  })
  expect(await shop.dump()).not.toContain(orderId)
  expect(await shop.ledger(orderId)).toEqual([])
})

it('refuses a repeat that names another amount', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  await expect(shop.payment.charge(aCharge(orderId, 'tok_visa', 2000))).rejects.toMatchObject({
    kind: 'invalid',
    code: 'amount_mismatch',
  })
  expect(await capturesOf(shop, orderId)).toEqual(captured)
})

it('keeps the card token out of its tables, its events and its log', async () => {
  const lines: string[] = []
  const write = (fields: object, message: string) =>
    void lines.push(inspect({ fields, message }, { depth: 20, showHidden: true }))
  const log: Log = { debug: write, info: write, warn: write, error: write }
  await using shop = await startForTest({ overrides: { log } })
  const tokens = ['tok_visa', 'tok_declined', 'tok_timeout', 'tok_error', 'tok_secret_of_a_card']
  for (const token of tokens) await shop.payment.charge(aCharge(anOrderId(), token))
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(tokens.length))
  await shop.stopProvider()
  await shop.payment.charge(aCharge(anOrderId(), 'tok_visa'))
  expect(lines.length).toBeGreaterThan(0)
  for (const place of [await shop.dump(), inspect(shop.sidecar.published()), lines.join()]) {
    expect(place).not.toContain('tok_')
  }
})

describe('when the provider is away', () => {
  it('does not know the outcome, and knows it once the provider can tell', async () => {
    await using shop = await startForTest()
    const orderId = anOrderId()
    await shop.payment.openPayment({ orderId })
    await shop.stopProvider()
    const { payment } = await shop.payment.charge(aCharge(orderId))
    expect(payment?.outcome).toBe(CHARGE_OUTCOME_UNKNOWN)
    expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_UNKNOWN)
    expect(shop.sidecar.published()).toEqual([])
    await shop.startProvider()
    // The provider knows of no charge: asking alone must not charge, and the order service may end it.
    expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_NONE)
    expect(await shop.ledger(orderId)).toEqual([])
    await shop.payment.charge(aCharge(orderId)) // the shopper's own repeat holds the token
    expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_CAPTURED)
    expect(await capturesOf(shop, orderId)).toEqual(captured)
  })

  it('opens no payment any more once the breaker knows, but answers for those that it has', async () => {
    await using shop = await startForTest()
    const orderId = anOrderId()
    const opened = await shop.payment.openPayment({ orderId })
    await shop.stopProvider()
    for (let count = 0; count < 22; count += 1) await shop.payment.charge(aCharge(anOrderId()))
    await expect(shop.payment.openPayment({ orderId: anOrderId() })).rejects.toMatchObject({
      kind: 'unavailable',
      code: 'provider_unavailable',
    })
    expect(await shop.payment.openPayment({ orderId })).toEqual(opened)
  })
})

describe('when payment dies', () => {
  it('between the provider and its commit, it learns of the capture afterwards', async () => {
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
    await expect(dying.charge(aCharge(orderId))).rejects.toMatchObject({ kind: 'internal' })
    expect(shop.sidecar.published()).toEqual([])
    expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_CAPTURED)
    await shop.payment.charge(aCharge(orderId))
    expect(await capturesOf(shop, orderId)).toEqual(captured)
    await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
  })

  it('before the call, only a charge with the token goes on', async () => {
    await using shop = await startForTest()
    const dying = await shop.replica({
      provider: { ...shop.provider, charge: () => Promise.reject(new Error('killed')) },
      log: silentLog,
    })
    const orderId = anOrderId()
    await expect(dying.charge(aCharge(orderId))).rejects.toMatchObject({ kind: 'internal' })
    expect(await outcomeOf(shop, orderId)).toBe(CHARGE_OUTCOME_NONE)
    await shop.payment.charge(aCharge(orderId))
    expect(await capturesOf(shop, orderId)).toEqual(captured)
  })
})

it.each([
  ['an order id of the wrong form', { orderId: 'x' }, '/orderId'],
  ['no amount', { amount: undefined }, '/amount'],
  ['a negative amount', { amount: eur(-1) }, '/amount/amount'],
  ['a currency of the wrong form', { amount: { amount: 1n, currency: 'eur' } }, '/amount'],
  ['no token', { token: '' }, '/token'],
])('refuses a charge with %s', async (_, wrong, path) => {
  await using shop = await startForTest()
  const charge = shop.payment.charge({ ...aCharge(anOrderId()), ...wrong })
  await expect(charge).rejects.toMatchObject({ kind: 'invalid', fields: [{ path }] })
})

it('does not know a payment of an unknown order', async () => {
  await using shop = await startForTest()
  await expect(shop.payment.getPayment({ orderId: anOrderId() })).rejects.toMatchObject({
    kind: 'not_found',
    code: 'payment_not_found',
  })
})
