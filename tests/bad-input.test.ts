import { createHmac, randomUUID } from 'node:crypto'
import { beforeAll, expect, it } from '@jest/globals'
import type { RowDataPacket } from 'mysql2/promise'
import { logs } from './support/remains.ts'
import { type Answer, call, eventually, secret } from './support/shop.ts'
import {
  addToCart,
  cartOf,
  loginAs,
  newMember,
  newProduct,
  type NewProduct,
  type Order,
  placeOrder,
  stockOf,
} from './support/shopper.ts'
import { openMysql } from './support/stores.ts'

type Problem = {
  readonly code: string
  readonly params: Record<string, unknown>
  readonly errors?: readonly { readonly path: string }[]
}
type Sent = { readonly headers?: Record<string, string>; readonly body?: unknown }
/** What is sent, and the status, code and first path that it is answered with. */
type Case = readonly [what: string, sent: Sent, status: number, code: string, path?: string]

let admin: string
let shopper: string
let product: NewProduct
let paid: Order
let declined: string

const aKey = () => ({ 'idempotency-key': randomUUID() })
const eur = (amount: number) => ({ amount, currency: 'EUR' })
const absent = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'

beforeAll(async () => {
  admin = await loginAs('admin')
  shopper = (await newMember()).token
  product = await newProduct(admin, { stock: 9 })
  const buy = async (cardToken: string) => {
    await addToCart({ token: shopper }, product.sku, 2)
    return (await placeOrder({ token: shopper }, { cardToken })).body
  }
  paid = await buy('tok_visa')
  await eventually(
    () => cartOf({ token: shopper }),
    ({ items }) => items.length === 0,
  )
  declined = String((await buy('tok_declined')).params?.['orderId'])
  await eventually(
    () => stockOf(admin, product.sku),
    ({ onHand, held }) => onHand === 7 && held === 0,
  )
})

/** Rows of a service's database, whatever is in them. */
const rowsOf = async (owner: string, sql: string) => {
  const connection = await openMysql(secret(`mysql-${owner}`))
  try {
    return (await connection.query<RowDataPacket[]>(sql))[0]
  } finally {
    await connection.end()
  }
}

const read = async (path: string, token: string) => (await call('GET', path, { token })).body

/** Money at three places, stock and cart, as far as these orders go. */
const goods = async () => {
  const ids = `'${paid.id}', '${declined}'`
  const columns = 'order_id, status, version, refund_asked'
  const timelineOf = (id: string) => read(`/v1/orders/${id}/timeline`, shopper)
  return {
    timelines: await Promise.all([paid.id, declined].map(timelineOf)),
    refunds: await read(`/v1/admin/orders/${paid.id}/refunds`, admin),
    payments: await rowsOf('payment', `SELECT ${columns} FROM payments WHERE order_id IN (${ids})`),
    ledger: await rowsOf('provider', `SELECT * FROM ledger WHERE reference IN (${ids})`),
    stock: await stockOf(admin, product.sku),
    cart: (await cartOf({ token: shopper })).items,
  }
}

/** All that bad input could have changed. */
const state = async () => ({ orders: await read('/v1/orders', shopper), ...(await goods()) })

const expectProblem = ({ status, headers, body }: Answer<Problem>, wanted: Case): void => {
  const [what, , wantedStatus, code, path] = wanted
  expect({ what, status, type: headers.get('content-type'), body }).toEqual({
    what,
    status: wantedStatus,
    type: 'application/problem+json; charset=utf-8',
    body: expect.objectContaining({
      type: `urn:micromart:problem:${code}`,
      status: wantedStatus,
      code,
      title: expect.any(String),
      detail: expect.any(String),
      instance: expect.stringMatching(/^\/v1\//),
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    }),
  })
  if (path)
    expect({ what, paths: body.errors?.map((error) => error.path) }).toEqual({
      what,
      paths: [path],
    })
}

const refuses = async (
  cases: readonly Case[],
  send: (sent: Sent) => Promise<Answer<Problem>>,
): Promise<void> => {
  const before = await state()
  for (const one of cases) expectProblem(await send(one[1]), one)
  expect(await state()).toEqual(before)
}

const badKeys = (body: unknown): readonly Case[] => [
  ['no key', { body }, 400, 'idempotency_key_required'],
  ['an empty key', { body, headers: { 'idempotency-key': '' } }, 400, 'idempotency_key_required'],
  [
    'a key of 256 characters',
    { body, headers: { 'idempotency-key': 'k'.repeat(256) } },
    400,
    'idempotency_key_invalid',
  ],
  [
    'a key that is not ASCII',
    { body, headers: { 'idempotency-key': 'schl\u00fcssel' } },
    400,
    'idempotency_key_invalid',
  ],
]

it('refuses an order whose key, money or payment is wrong, and nothing changes', async () => {
  const body = {
    shippingAddress: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'FR' },
    payment: { method: 'card', token: 'tok_visa' },
  }
  const expecting = (expectedTotal: object) => ({
    headers: aKey(),
    body: { ...body, expectedTotal },
  })
  const cases: readonly Case[] = [
    ...badKeys(body),
    ['less than nothing', expecting(eur(-1)), 400, 'validation_failed', '/expectedTotal/amount'],
    ['part of a cent', expecting(eur(0.5)), 400, 'validation_failed', '/expectedTotal/amount'],
    ['another total', expecting(eur(0)), 409, 'price_changed'],
    [
      'the total in another currency',
      expecting({ amount: 3998, currency: 'USD' }),
      409,
      'price_changed',
    ],
    [
      'a card’s number',
      {
        headers: aKey(),
        body: { ...body, payment: { method: 'card', token: '4242424242424242' } },
      },
      400,
      'validation_failed',
      '/payment/token',
    ],
  ]
  const before = await goods()
  for (const one of cases) {
    const sent = { token: shopper, ...one[1] }
    expectProblem(await call<Problem>('POST', '/v1/orders', sent), one)
  }
  // A refused total leaves its order behind, which came to nothing.
  expect(await goods()).toEqual(before)
}, 60_000)

it('refuses a refund that is no money, too much, or of nothing, and gives nothing back', async () => {
  const reason = 'Broken'
  const of = (body: object) => ({ headers: aKey(), body: { reason, ...body } })
  const amount = '/amount/amount'
  const cases: readonly Case[] = [
    ...badKeys({ reason }),
    ['less than nothing', of({ amount: eur(-1) }), 400, 'validation_failed', amount],
    ['nothing', of({ amount: eur(0) }), 400, 'validation_failed', amount],
    ['part of a cent', of({ amount: eur(0.5) }), 400, 'validation_failed', amount],
    ['more than any order', of({ amount: eur(1e10) }), 400, 'validation_failed', amount],
    ['no currency', of({ amount: { amount: 5 } }), 400, 'validation_failed', '/amount/currency'],
    [
      'another currency',
      of({ amount: { amount: 5, currency: 'USD' } }),
      400,
      'refund_currency',
      '/amount/currency',
    ],
    ['a cent more than was paid', of({ amount: eur(3999) }), 422, 'refund_exceeds_paid'],
    [
      'a unit more than was bought',
      of({ lines: [{ sku: product.sku, quantity: 3 }] }),
      422,
      'refund_exceeds_line',
    ],
    [
      'a negative unit',
      of({ lines: [{ sku: product.sku, quantity: -1 }] }),
      400,
      'validation_failed',
      '/lines/0/quantity',
    ],
    ['no reason', of({ reason: undefined }), 400, 'validation_failed', '/reason'],
  ]
  const refundOf = (id: string) => (sent: Sent) =>
    call<Problem>('POST', `/v1/admin/orders/${id}/refunds`, { token: admin, ...sent })
  await refuses(cases, refundOf(paid.id))
  await refuses([['an unpaid order', of({}), 422, 'illegal_move']], refundOf(declined))
  await refuses([['an unknown order', of({}), 404, 'order_not_found']], refundOf(absent))
  await refuses([['no order’s id', of({}), 404, 'not_found']], refundOf('x'))
  const used = of({ amount: eur(3999) })
  const refund = refundOf(paid.id)
  expectProblem(await refund(used), ['', used, 422, 'refund_exceeds_paid'])
  await refuses(
    [['a used key', { ...used, body: { reason, amount: eur(1) } }, 422, 'idempotency_mismatch']],
    refund,
  )
}, 60_000)

const path = '/v1/webhooks/simulated'
const signed = (
  body: string,
  { key = secret('provider-webhook-key').split(',')[0] ?? '', at = Date.now() } = {},
): Sent => {
  const seconds = Math.floor(at / 1_000)
  const v1 = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')
  return { headers: { 'provider-signature': `t=${seconds},v1=${v1}` }, body }
}
const notice = (type: string, data: object) =>
  JSON.stringify({ id: randomUUID(), type, createdAt: new Date().toISOString(), data })
const tell = (sent: Sent) => call<Problem>('POST', path, sent)

const charge = (reference: string, status: string) => ({
  id: 'c-1',
  key: 'k',
  reference,
  status,
  ...(status === 'declined' && { declineCode: 'card_declined' }),
})

it('refuses a webhook that is forged, too old, too large or unreadable, and says so to who watches', async () => {
  const said = (event: string) =>
    logs().reduce((sum, { text }) => sum + text.split(`"event.action":"${event}"`).length - 1, 0)
  const before = [said('security.webhook_signature'), said('security.webhook_refused')]
  const body = notice('charge.declined', charge(paid.id, 'declined'))
  const minutesAgo = (minutes: number) => Date.now() - minutes * 60_000
  const forged: readonly Case[] = [
    ['another key', signed(body, { key: 'guessed' }), 400, 'signature_invalid'],
    ['no signature', { body }, 400, 'signature_invalid'],
    [
      'a signature of another body',
      { ...signed(body), body: `${body} ` },
      400,
      'signature_invalid',
    ],
    ['an old signature', signed(body, { at: minutesAgo(6) }), 400, 'signature_invalid'],
    ['a signature of later', signed(body, { at: minutesAgo(-6) }), 400, 'signature_invalid'],
  ]
  await refuses(
    [
      ...forged,
      ['a body over the limit', signed('x'.repeat(256 * 1024 + 1)), 413, 'body_too_large'],
      ['no JSON', signed('{'), 400, 'webhook_invalid'],
      ['no notice', signed('{"hello":1}'), 400, 'webhook_invalid'],
    ],
    tell,
  )
  await eventually(
    async () => [said('security.webhook_signature'), said('security.webhook_refused')],
    (now) => now.every((count, index) => count === (before[index] ?? 0) + forged.length),
  )
})

it('takes what a provider repeats, or tells of no order of ours, and nothing changes', async () => {
  const before = await state()
  const late = signed(notice('charge.declined', charge(paid.id, 'declined')))
  const again = signed(notice('charge.succeeded', charge(paid.id, 'succeeded')))
  const unknown = signed(notice('charge.succeeded', charge(absent, 'succeeded')))
  const foreign = signed(
    notice('charge.refunded', { ...charge(absent, 'succeeded'), refunded: 5, currency: 'EUR' }),
  )
  const odd = signed(notice('charge.succeeded', { reference: 'not-an-order' }))
  for (const sent of [late, late, again, again, unknown, foreign, odd]) {
    const { status, body } = await tell(sent)
    expect([status, body]).toEqual([200, { received: true }])
  }
  expect(await state()).toEqual(before)
})

it('cannot book a refund in another currency, or of more than was taken: a person must look', async () => {
  const before = await state()
  const total = (refunded: number, currency: string) =>
    signed(notice('charge.refunded', { ...charge(paid.id, 'succeeded'), refunded, currency }))
  for (const sent of [total(5, 'USD'), total(4000, 'EUR')]) {
    expect((await tell(sent)).status).toBe(200)
  }
  expect(await state()).toEqual(before)
  const found = logs().filter(({ text }) => text.includes('money that the books cannot hold'))
  expect(found.length).toBeGreaterThan(0)
})
