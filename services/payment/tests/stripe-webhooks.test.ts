import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from '@jest/globals'
import type { ReceiveWebhookRequest } from '@micromart/contracts/payment'
import { startBreakers } from '@micromart/dapr'
import { silentLog } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { Stripe } from 'stripe'
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'
import { stripeAt, webhookSecret } from './stripe-for-test.ts'

const folder = path.join(import.meta.dirname, 'fixtures', 'stripe')

type Of = { readonly order: string; readonly intent: string; readonly refund?: string }

let events = 0

/** A payload as Stripe documents it, about one order of ours. */
const payload = (name: string, { order, intent, refund = '' }: Of): string =>
  readFileSync(path.join(folder, `${name}.json`), 'utf8')
    .replaceAll('ORDER', order)
    .replaceAll('INTENT', intent)
    .replaceAll('REFUND', refund)
    .replace('EVENT', `evt_${(events += 1)}`)

const stripe = new Stripe('sk_test_123')

const signed = (
  body: string,
  { secret = webhookSecret, at = Date.now() } = {},
): ReceiveWebhookRequest => {
  const timestamp = Math.floor(at / 1000)
  const value = stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp })
  return {
    provider: 'stripe',
    body: Buffer.from(body),
    headers: [{ name: 'stripe-signature', value }],
  }
}

type World = TestShop & {
  readonly fake: FakeStripe
  /** Charges an order. */
  readonly order: (token: string) => Promise<Of>
  /** Sends the payload of that name. @returns whether it told something new */
  readonly tell: (name: string, of: Of) => Promise<boolean>
  readonly statusOf: (of: Of) => Promise<unknown>
}

const start = async (): Promise<World> => {
  await using stack = new AsyncDisposableStack()
  const fake = stack.use(await startFakeStripe())
  const breakers = stack.use(startBreakers(() => true))
  const provider = stripeAt(fake.url, breakers)
  const shop = stack.use(await startForTest({ overrides: { provider, log: silentLog } }))
  const running = stack.move()
  return {
    ...shop,
    fake,
    order: async (token) => {
      const order = anOrderId()
      await shop.payment.charge(aCharge(order, token))
      const of = fake.intents().find(({ metadata }) => metadata['order_id'] === order)
      return { order, intent: of?.id ?? '' }
    },
    tell: async (name, of) =>
      (await shop.payment.receiveWebhook(signed(payload(name, of)))).applied,
    statusOf: async ({ order }) =>
      (await shop.query('SELECT status FROM payments WHERE order_id = ?', [order]))[0]?.['status'],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

const booksOf = async (shop: TestShop) =>
  (await shop.payment.listPaymentBooks({ afterOrderId: '', limit: 10 })).items

it.each([
  ['pm_processing', 'payment_intent.succeeded', 'captured'],
  ['pm_processing', 'payment_intent.payment_failed', 'declined'],
  ['pm_processing', 'payment_intent.canceled', 'cancelled'],
  ['pm_card_threeDSecure2Required', 'payment_intent.processing', 'pending'],
  ['pm_card_threeDSecure2Required', 'payment_intent.succeeded', 'captured'],
])('hears of %s by %s', async (token, name, status) => {
  await using world = await start()
  const of = await world.order(token)
  expect(await world.tell(name, of)).toBe(true)
  expect(await world.statusOf(of)).toBe(status)
  expect(await world.tell(name, of)).toBe(false) // another event that tells the same
  expect((await booksOf(world))[0]).toMatchObject({ provider: 'stripe', imbalance: 0n })
})

it('gives back what succeeds although it was declined', async () => {
  await using world = await start()
  const of = await world.order('pm_card_chargeDeclined')
  world.fake.settle(of.intent)
  expect(await world.tell('payment_intent.succeeded', of)).toBe(true)
  expect((await booksOf(world))[0]).toMatchObject({
    status: 'declined',
    captured: 1999n,
    refundsOpen: 1999n,
  })
  await world.sweep()
  expect((await booksOf(world))[0]).toMatchObject({ refunded: 1999n, refundsOpen: 0n })
  expect(world.fake.refunds()).toMatchObject([{ payment_intent: of.intent, amount: 1999 }])
})

it('takes an event once, however often it comes', async () => {
  await using world = await start()
  const of = await world.order('pm_processing')
  const notice = signed(payload('payment_intent.succeeded', of))
  const answers = await Promise.all([1, 2, 3, 4].map(() => world.payment.receiveWebhook(notice)))
  expect(answers.filter(({ applied }) => applied)).toHaveLength(1)
  await eventually(() => expect(world.sidecar.published()).toHaveLength(1))
})

it('changes nothing by what comes out of order, in every order', async () => {
  const names = [
    'payment_intent.processing',
    'payment_intent.requires_action',
    'payment_intent.payment_failed',
    'payment_intent.canceled',
  ]
  await using world = await start()
  const of = await world.order('pm_processing')
  expect(await world.tell('payment_intent.succeeded', of)).toBe(true)
  for (const name of [...names, ...names.toReversed()]) {
    expect(await world.tell(name, of)).toBe(false)
  }
  expect(await world.statusOf(of)).toBe('captured')
})

it('leaves alone what is of unknown type, of another shop or of another charge', async () => {
  await using world = await start()
  const of = await world.order('pm_processing')
  expect(await world.tell('customer.created', of)).toBe(false)
  const ours = { ...of, order: anOrderId() }
  expect(await world.tell('payment_intent.succeeded', ours)).toBe(false)
  const theirs = { ...of, order: 'an order of another shop' }
  expect(await world.tell('payment_intent.succeeded', theirs)).toBe(false)
  const stray = { ...of, intent: 'pi_stray' }
  expect(await world.tell('payment_intent.canceled', stray)).toBe(false)
  expect(await world.statusOf(of)).toBe('pending')
})

it('enters what somebody gave back at the desk of Stripe, once', async () => {
  await using world = await start()
  const of = await world.order('pm_card_visa')
  expect(await world.tell('charge.refunded', of)).toBe(true)
  expect(await world.tell('charge.refunded', of)).toBe(false)
  expect(await booksOf(world)).toMatchObject([
    { orderId: of.order, captured: 1999n, refunded: 500n, refundsOpen: 0n, imbalance: 0n },
  ])
  const refund = { orderId: of.order, refundId: anOrderId(), amount: eur(1500) }
  await expect(world.payment.refund(refund)).rejects.toMatchObject({
    code: 'refund_exceeds_capture',
  })
})

it('does not take a refund of our own for one of the desk', async () => {
  await using world = await start()
  const of = await world.order('pm_card_visa')
  const refundId = anOrderId()
  const refund = { orderId: of.order, refundId, amount: eur(500) }
  expect(await world.payment.refund(refund)).toMatchObject({ refunded: true })
  expect(await world.tell('charge.refunded', of)).toBe(false)
  expect(await world.tell('refund.updated', { ...of, refund: refundId })).toBe(false)
  expect(await booksOf(world)).toMatchObject([{ refunded: 500n, refundsOpen: 0n }])
})

it.each([
  [['charge.dispute.created', 'charge.dispute.funds_withdrawn', 'charge.dispute.updated'], 1999n],
  [['charge.dispute.created', 'charge.dispute.closed'], 0n],
  [['charge.dispute.closed', 'charge.dispute.created'], 0n],
  [['charge.dispute.inquiry'], 0n],
])('enters a dispute: %j', async (names, disputed) => {
  await using world = await start()
  const of = await world.order('pm_card_visa')
  for (const name of names) await world.tell(name, of)
  expect(await booksOf(world)).toMatchObject([{ captured: 1999n, disputed, imbalance: 0n }])
})

it('has an event sent again that tells of a charge whose answer is still to be read', async () => {
  await using world = await start()
  const of = await world.order('pm_card_visa')
  const charging = `UPDATE payments SET status = 'charging', charge_id = NULL WHERE order_id = ?`
  await world.query(charging, [of.order])
  const notice = signed(payload('charge.dispute.created', of))
  await expect(world.payment.receiveWebhook(notice)).rejects.toMatchObject({ kind: 'unavailable' })
  const learned = `UPDATE payments SET status = 'captured', charge_id = ? WHERE order_id = ?`
  await world.query(learned, [of.intent, of.order])
  expect(await world.payment.receiveWebhook(notice)).toEqual({ applied: true })
})

it('knows without a look at all payments whether one waits for its answer', async () => {
  await using world = await start()
  await world.query(
    `INSERT INTO payments (id, order_id, status, version, created_at, updated_at)
     WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900)
     SELECT UUID(), UUID(), 'declined', 3, NOW(3), NOW(3) FROM n`,
  )
  const asked = "SELECT id FROM payments WHERE charge_id IS NULL AND status = 'charging' LIMIT 1"
  const [plan] = await world.query(`EXPLAIN FORMAT=TRADITIONAL ${asked}`)
  expect(Number((plan as { rows: number | string }).rows)).toBeLessThan(10)
})

it('does not add up disputes of another currency', async () => {
  await using world = await start()
  const of = await world.order('pm_card_visa')
  const body = payload('charge.dispute.created', of).replace('"eur"', '"usd"')
  await world.payment.receiveWebhook(signed(body))
  expect(await booksOf(world)).toMatchObject([{ captured: 1999n, disputed: 0n, imbalance: 0n }])
  expect(await world.metric('micromart_notices_unbooked_total')).toBe(1)
})

it.each([
  ['another secret', (body: string) => signed(body, { secret: 'whsec_guessed' })],
  ['no signature', (body: string) => ({ ...signed(body), headers: [] })],
  ['a changed body', (body: string) => ({ ...signed(body), body: Buffer.from(`${body} `) })],
  ['a signature of long ago', (body: string) => signed(body, { at: Date.now() - 302_000 })],
  ['a signature of later', (body: string) => signed(body, { at: Date.now() + 310_000 })],
  [
    'a header of no form',
    (body: string) => ({ ...signed(body), headers: [{ name: 'stripe-signature', value: 'x' }] }),
  ],
])('S62 refuses %s and changes nothing', async (_, forge) => {
  await using world = await start()
  const of = await world.order('pm_processing')
  const notice = forge(payload('payment_intent.succeeded', of))
  await expect(world.payment.receiveWebhook(notice)).rejects.toMatchObject({
    kind: 'invalid',
    code: 'signature_invalid',
  })
  expect(await world.statusOf(of)).toBe('pending')
})

it.each(['no json', '{}', '{"id":"evt_1","type":"x"}'])('cannot read a signed %s', async (body) => {
  await using world = await start()
  await expect(world.payment.receiveWebhook(signed(body))).rejects.toMatchObject({
    kind: 'invalid',
    code: 'webhook_invalid',
  })
})
