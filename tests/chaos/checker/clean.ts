import type { Operation } from '../load/history.ts'
import type { Dump, Evidence } from './evidence.ts'

/** A small run in which all is well: one sale, one cancelled sale, one declined, one refused. Tests break one thing each. */
const alice = 'cnryalice00000'
const bob = 'cnrybob0000000'

const order = (id: string, user: string, status: string, paymentStatus: string) => ({
  id,
  status,
  paymentStatus,
  email: `${user}@guest.example`,
  addressee: user,
  total: 200,
  subtotal: 200,
  shipping: 0,
  tax: 0,
  discount: 0,
  stockClaimed: status === 'PAID',
  isDue: false,
  createdAt: 0,
})

const line = (orderId: string) => ({ orderId, sku: 'A', quantity: 2, unitPrice: 100 })

const path = (orderId: string, ...statuses: string[]) =>
  statuses.map((status) => ({ orderId, status, event: 'x' }))

const event = (id: string, topic: string, aggregateId: string) => ({
  owner: 'order',
  id,
  topic,
  aggregateId,
  isSent: true,
})

const capture = (reference: string) => ({
  kind: 'capture' as const,
  key: `payment-${reference}`,
  chargeId: `ch-${reference}`,
  reference,
  amount: 200,
})

const stock = {
  at: 90,
  stock: [{ sku: 'A', onHand: 8, held: 0 }],
  holds: {},
  moved: { A: 8 },
}

export const cleanDump: Dump = {
  stock,
  movements: [
    { sku: 'A', delta: 10, kind: 'initial', orderId: null },
    { sku: 'A', delta: -2, kind: 'sale', orderId: 'o1' },
    { sku: 'A', delta: -2, kind: 'sale', orderId: 'o2' },
    { sku: 'A', delta: 2, kind: 'return', orderId: 'o2' },
  ],
  holds: [{ orderId: 'o1', status: 'claimed', lines: [{ sku: 'A', quantity: 2 }] }],
  orders: [
    order('o1', alice, 'PAID', 'paid'),
    order('o2', bob, 'CANCELLED', 'refunded'),
    order('o3', bob, 'FAILED', 'declined'),
  ],
  lines: ['o1', 'o2', 'o3'].map(line),
  timeline: [
    ...path('o1', 'PENDING', 'PENDING', 'PAID'),
    ...path('o2', 'PENDING', 'PAYMENT_PENDING', 'PAID', 'CANCELLED'),
    ...path('o3', 'PENDING', 'FAILED'),
  ],
  keys: [
    { key: 'k1', orderId: 'o1' },
    { key: 'k2', orderId: 'o2' },
    { key: 'k3', orderId: 'o3' },
  ],
  cartCheckouts: [{ orderId: 'o1' }],
  payments: [
    { orderId: 'o1', status: 'captured', amount: 200, refunded: 0 },
    { orderId: 'o2', status: 'captured', amount: 200, refunded: 200 },
    { orderId: 'o3', status: 'declined', amount: 200, refunded: 0 },
  ],
  refunds: [
    { owner: 'payment', id: 'r1', orderId: 'o2', amount: 200, state: 'done' },
    { owner: 'order', id: 'r1', orderId: 'o2', amount: 200, state: 'done' },
  ],
  ledger: [capture('o1'), capture('o2'), { ...capture('o2'), kind: 'refund', key: 'refund-o2' }],
  outbox: [
    event('e1', 'order.paid.v1', 'o1'),
    event('e2', 'order.paid.v1', 'o2'),
    event('e3', 'order.cancelled.v1', 'o2'),
    event('e4', 'order.failed.v1', 'o3'),
  ],
  deadLetters: {},
}

export const seen = (id: string, status: string) => ({
  id,
  status,
  total: 200,
  items: [{ sku: 'A', quantity: 2, unitPrice: 100 }],
})

let ids = 0

/** An operation that went well, a millisecond after the one before. */
export const operation = (given: Partial<Operation>): Operation => {
  ids += 1
  return {
    id: ids,
    at: ids,
    ended: ids + 0.5,
    process: 'w1',
    op: 'place',
    user: alice,
    outcome: 'ok',
    status: 201,
    ...given,
  }
}

const add = (user: string) => ({
  op: 'cart.add',
  user,
  key: `add-${user}`,
  asked: { sku: 'A', quantity: 2 },
  status: 200,
})

const refused = { outcome: 'fail', status: 422, code: 'out_of_stock', body: 'no' } as const

export const cleanOperations: readonly Operation[] = [
  operation(add(alice)),
  operation({ key: 'k1', hash: 'h1', order: seen('o1', 'PAID'), body: 'b1' }),
  operation({ key: 'k1', hash: 'h1', order: seen('o1', 'PAID'), body: 'b1', replayed: true }),
  operation({
    op: 'place.other',
    key: 'k1',
    hash: 'h2',
    outcome: 'fail',
    status: 422,
    code: 'idempotency_mismatch',
  }),
  operation({ ...add(bob), asked: { sku: 'A', quantity: 4 } }),
  operation({ user: bob, key: 'k2', hash: 'h3', order: seen('o2', 'PAID'), body: 'b2' }),
  operation({ user: bob, key: 'k3', hash: 'h4', outcome: 'info', status: 0 }),
  operation({
    user: bob,
    key: 'k3',
    hash: 'h4',
    outcome: 'fail',
    status: 402,
    code: 'payment_declined',
    body: 'b3',
  }),
  operation({ user: bob, key: 'k4', hash: 'h5', ...refused }),
  operation({ op: 'cart.before', user: bob, status: 200, cart: { A: 2 } }),
  operation({ op: 'cart.final', status: 200, cart: {} }),
  operation({ op: 'cart.final', user: bob, status: 200, cart: { A: 2 } }),
]

export const clean: Evidence = {
  operations: cleanOperations,
  dump: cleanDump,
  replayed: cleanDump,
  stockReads: 10,
  brokenReads: [],
  faults: [
    { name: 'kill:order', armedAt: 10, healedAt: 20, touched: 1, firstOkMs: 900, fullMs: 4000 },
  ],
  prices: { A: [100] },
  initial: { A: 10 },
  soldOut: [],
  redisLosses: [],
  books: { consistent: true, violations: [] },
}

export const people = { alice, bob }
