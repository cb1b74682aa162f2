import { inspect } from 'node:util'
import { expect, it } from '@jest/globals'
import { type Log, money } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'
import { aNotice, signed } from './webhooks-for-test.ts'

const slowly = { providerEnv: { PROVIDER_SETTLE_SECONDS: '600' } }

const pendingOrder = async (shop: TestShop) => {
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId, 'tok_pending'))
  return orderId
}

const succeeded = (reference: string, more: Record<string, unknown> = {}) =>
  ({ id: 'c-1', key: 'k', reference, status: 'succeeded', ...more }) as const

const statusOf = async (shop: TestShop, orderId: string) =>
  (await shop.query('SELECT status FROM payments WHERE order_id = ?', [orderId]))[0]?.['status']

const keepLines = () => {
  const lines: { fields: object; message: string }[] = []
  const write = (fields: object, message: string) => void lines.push({ fields, message })
  const log: Log = { debug: write, info: write, warn: write, error: write }
  return { lines, log }
}

const now = Date.now()

it.each([
  ['no signature', (body: string) => ({ ...signed(body), headers: [] })],
  ['another key', (body: string) => signed(body, { key: 'guessed-key-of-a-stranger' })],
  ['a changed byte', (body: string) => ({ ...signed(body), body: Buffer.from(`${body} `) })],
  ['a signature of long ago', (body: string) => signed(body, { at: now - 301_000 })],
  ['a signature of later', (body: string) => signed(body, { at: now + 301_000 })],
  [
    'a signature of no form',
    (body: string) => ({
      ...signed(body),
      headers: [{ name: 'provider-signature', value: `t=x,v1=${'0'.repeat(64)}` }],
    }),
  ],
  [
    'a short digest',
    (body: string) => ({
      ...signed(body),
      headers: [{ name: 'provider-signature', value: 't=1,v1=00' }],
    }),
  ],
])(
  'S62 refuses a webhook with %s, says so to those who watch, and changes nothing',
  async (_, forge) => {
    const { lines, log } = keepLines()
    const clock = { now: () => new Date(now) }
    await using shop = await startForTest({ ...slowly, overrides: { log, clock } })
    const orderId = await pendingOrder(shop)
    const body = aNotice('charge.succeeded', { ...succeeded(orderId), note: 'canary-of-the-body' })
    await expect(shop.payment.receiveWebhook(forge(body))).rejects.toMatchObject({
      kind: 'invalid',
      code: 'signature_invalid',
    })
    expect(await statusOf(shop, orderId)).toBe('pending')
    const told = lines.filter(({ fields }) =>
      inspect(fields).includes('security.webhook_signature'),
    )
    expect(told).toHaveLength(1)
    expect(inspect(lines, { depth: 9 })).not.toContain('canary-of-the-body')
    expect(await shop.query('SELECT * FROM inbox')).toEqual([])
  },
)

it('takes every live secret, and a webhook that is signed by several', async () => {
  await using shop = await startForTest(slowly)
  const first = await pendingOrder(shop)
  const body = aNotice('charge.succeeded', succeeded(first))
  const next = signed(body, { key: 'the-next-key' })
  expect(await shop.payment.receiveWebhook(next)).toEqual({ applied: true })
  const second = await pendingOrder(shop)
  const other = aNotice('charge.succeeded', succeeded(second))
  const signatureOf = (key?: string) =>
    signed(other, key === undefined ? {} : { key }).headers[0]?.value ?? ''
  const both = `${signatureOf('retired')},${signatureOf().split(',')[1]}`
  const headers = [{ name: 'provider-signature', value: both }]
  expect(await shop.payment.receiveWebhook({ ...signed(other), headers })).toEqual({
    applied: true,
  })
})

it('takes an event once, whoever sends it how often and at once', async () => {
  await using shop = await startForTest(slowly)
  const other = await shop.replica()
  const orderId = await pendingOrder(shop)
  const notice = signed(aNotice('charge.succeeded', succeeded(orderId)))
  const answers = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      (index % 2 ? other : shop.payment).receiveWebhook(notice),
    ),
  )
  expect(answers.filter(({ applied }) => applied)).toHaveLength(1)
  expect(await statusOf(shop, orderId)).toBe('captured')
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
})

it('takes an event once, whatever it says the second time', async () => {
  await using shop = await startForTest(slowly)
  const [first, second] = [await pendingOrder(shop), await pendingOrder(shop)]
  const told = async (orderId: string) => {
    const body = aNotice('charge.succeeded', succeeded(orderId), 'event-1')
    return (await shop.payment.receiveWebhook(signed(body))).applied
  }
  expect([await told(first), await told(second)]).toEqual([true, false])
  expect(await statusOf(shop, second)).toBe('pending')
})

it('hears nothing in what comes too late, out of order or is none of its business', async () => {
  await using shop = await startForTest(slowly)
  const orderId = await pendingOrder(shop)
  const tell = async (type: string, data: Record<string, unknown>) =>
    (await shop.payment.receiveWebhook(signed(aNotice(type, data)))).applied
  expect(await tell('charge.succeeded', succeeded(orderId))).toBe(true)
  const declined = { ...succeeded(orderId), status: 'declined', declineCode: 'card_declined' }
  expect(await tell('charge.declined', declined)).toBe(false)
  expect(await tell('charge.pending', { ...succeeded(orderId), status: 'pending' })).toBe(false)
  expect(await tell('charge.succeeded', succeeded(orderId, { id: 'c-2' }))).toBe(false)
  expect(await tell('charge.succeeded', succeeded(anOrderId()))).toBe(false)
  expect(await tell('charge.succeeded', succeeded('not-an-order'))).toBe(false)
  expect(await tell('charge.succeeded', { reference: orderId, status: 'odd' })).toBe(false)
  expect(await tell('payout.paid', { amount: 5 })).toBe(false)
  expect(await tell('refund.succeeded', { reference: orderId, key: 'x', status: 'odd' })).toBe(
    false,
  )
  expect(await statusOf(shop, orderId)).toBe('captured')
  const { payment } = await shop.payment.getPayment({ orderId })
  expect(payment?.refunded).toEqual(eur(0))
  await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
})

it('hears a webhook that came before its payment once it is sent again', async () => {
  await using shop = await startForTest(slowly)
  const orderId = anOrderId()
  const notice = signed(aNotice('charge.succeeded', succeeded(orderId)))
  expect(await shop.payment.receiveWebhook(notice)).toEqual({ applied: false })
  await shop.payment.charge(aCharge(orderId, 'tok_pending'))
  expect(await shop.payment.receiveWebhook(notice)).toEqual({ applied: true })
  expect(await statusOf(shop, orderId)).toBe('captured')
})

it.each([
  ['that nobody ever charged', 'cancelled', 'EUR'],
  ['in another currency', 'declined', 'USD'],
])('cries out when money came %s', async (_, end, currency) => {
  const { lines, log } = keepLines()
  await using shop = await startForTest({ ...slowly, overrides: { log } })
  const orderId = anOrderId()
  if (end === 'cancelled') await shop.payment.cancelPayment({ orderId })
  else await shop.payment.charge(aCharge(orderId, 'tok_declined'))
  const taken = { ...succeeded(orderId), amount: 1999, currency }
  const notice = signed(aNotice('charge.succeeded', taken))
  for (let time = 0; time < 2; time += 1) await shop.payment.receiveWebhook(notice)
  expect(await statusOf(shop, orderId)).toBe(end)
  expect(await shop.query('SELECT * FROM refunds')).toEqual([])
  expect(lines.filter(({ message }) => message.includes('books cannot hold'))).toHaveLength(1)
  expect(await shop.metric('micromart_notices_unbooked_total')).toBe(1)
})

it('believes no webhook about a payment that was never charged', async () => {
  await using shop = await startForTest()
  const orderId = anOrderId()
  await shop.payment.openPayment({ orderId })
  const notice = signed(aNotice('charge.succeeded', succeeded(orderId)))
  expect(await shop.payment.receiveWebhook(notice)).toEqual({ applied: false })
  expect(await statusOf(shop, orderId)).toBe('open')
})

it.each([
  ['JSON', 'no json'],
  ['a notice', '{"hello":1}'],
  ['an id that fits', JSON.stringify({ id: 'x'.repeat(65), type: 'charge.succeeded' })],
])('cannot read a signed webhook that is not %s', async (_, body) => {
  await using shop = await startForTest()
  await expect(shop.payment.receiveWebhook(signed(body))).rejects.toMatchObject({
    kind: 'invalid',
    code: 'webhook_invalid',
  })
})

it('knows only the provider that it has', async () => {
  await using shop = await startForTest()
  for (const provider of ['stripe', 'nobody', '']) {
    const notice = signed(aNotice('charge.succeeded', {}), { provider })
    await expect(shop.payment.receiveWebhook(notice)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'provider_not_found',
    })
  }
})

it('tells by webhook how a refund ended', async () => {
  const { lines, log } = keepLines()
  await using shop = await startForTest({ overrides: { log } })
  const orderId = anOrderId()
  await shop.payment.charge(aCharge(orderId))
  await shop.stopProvider()
  const reserve = async (amount: number) => {
    const refundId = anOrderId()
    await shop.payment.refund({ orderId, refundId, amount: eur(amount) })
    return refundId
  }
  const [first, second] = [await reserve(500), await reserve(700)]
  const told = async (id: string, status: string) => {
    const data = { reference: orderId, key: `refund-${id}`, status }
    return (await shop.payment.receiveWebhook(signed(aNotice(`refund.${status}`, data)))).applied
  }
  expect(await told(first, 'succeeded')).toBe(true)
  expect(await told(second, 'refused')).toBe(true)
  expect(await told(first, 'refused')).toBe(false)
  expect(await told(second, 'succeeded')).toBe(false)
  const again = (refundId: string, amount: number) =>
    shop.payment.refund({ orderId, refundId, amount: eur(amount) })
  expect(await again(first, 500)).toMatchObject({ refunded: true, refused: false })
  expect(await again(second, 700)).toMatchObject({ refunded: false, refused: true })
  const { payment } = await shop.payment.getPayment({ orderId })
  expect(payment?.refunded).toEqual(money(500, 'EUR'))
  expect(lines.filter(({ message }) => message.includes('bad news'))).toHaveLength(1)
})
