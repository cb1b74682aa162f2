import { describe, expect, it } from '@jest/globals'
import { check, countsOf, invariants, vacuous } from './check.ts'
import { clean, cleanDump, cleanOperations, operation, people } from './clean.ts'
import type { Dump, Evidence } from './evidence.ts'

const dumped = (change: Partial<Dump>): Evidence => ({
  ...clean,
  dump: { ...cleanDump, ...change },
  replayed: undefined,
})

const also = (...more: Parameters<typeof operation>[0][]): Evidence => ({
  ...clean,
  operations: [...cleanOperations, ...more.map(operation)],
})

const first = <T>(list: readonly T[], change: Partial<T>): T[] =>
  list.map((each, index) => (index === 0 ? { ...each, ...change } : each))

/** What a shop with that very fault leaves behind. */
const bad: Readonly<Record<string, Readonly<Record<string, Evidence>>>> = {
  I1: {
    'a read whose held units no hold explains': {
      ...clean,
      brokenReads: [{ ...cleanDump.stock, stock: [{ sku: 'A', onHand: 8, held: 1 }] }],
    },
    'more units than staff ever put there': dumped({
      movements: first(cleanDump.movements, { delta: 12 }),
      stock: { ...cleanDump.stock, stock: [{ sku: 'A', onHand: 10, held: 0 }], moved: { A: 10 } },
    }),
    'a restock that was acknowledged and is not there': also({
      op: 'stock.adjust',
      user: 'staff',
      status: 200,
      asked: { sku: 'A', delta: 5 },
    }),
  },
  I2: {
    'more units paid than existed': dumped({
      lines: first(cleanDump.lines, { quantity: 11 }),
      movements: cleanDump.movements.map((each) =>
        each.orderId === 'o1' ? { ...each, delta: -11 } : each,
      ),
    }),
    'a cancelled order whose goods did not come back': dumped({
      movements: cleanDump.movements.filter(({ kind }) => kind !== 'return'),
    }),
    'a paid order whose goods never left the shelf': dumped({
      movements: cleanDump.movements.filter(({ orderId }) => orderId !== 'o1'),
    }),
  },
  I3: { 'refused while units lie there': { ...clean, soldOut: ['A'] } },
  I4: {
    'two captures of one order': dumped({
      ledger: [...cleanDump.ledger, { ...cleanDump.ledger[0]!, key: 'payment-again' }],
    }),
    'a cancelled order whose money was kept': dumped({ ledger: cleanDump.ledger.slice(0, 2) }),
    'a paid order without money': dumped({ ledger: cleanDump.ledger.slice(1) }),
    'a payment that says something else than the provider': dumped({
      payments: first(cleanDump.payments, { amount: 150 }),
    }),
  },
  I5: {
    'an order that was answered and is gone': dumped({ orders: cleanDump.orders.slice(1) }),
    'an order with other lines': dumped({ lines: first(cleanDump.lines, { quantity: 1 }) }),
    'an order of somebody else': dumped({
      orders: first(cleanDump.orders, { email: `${people.bob}@guest.example` }),
    }),
  },
  I6: {
    'a capture for an order that is not there': dumped({
      ledger: [...cleanDump.ledger, { ...cleanDump.ledger[0]!, key: 'x', reference: 'o9' }],
    }),
    'a capture for an order that failed': dumped({
      ledger: [...cleanDump.ledger, { ...cleanDump.ledger[0]!, key: 'x', reference: 'o3' }],
    }),
  },
  I7: {
    'a paid order that no answer named': {
      ...clean,
      operations: cleanOperations.filter(({ order }) => order?.id !== 'o1'),
    },
    'an attempt that never got an answer': also({ key: 'k9', outcome: 'info', status: 0 }),
  },
  I8: {
    'another answer to the same key': also({
      key: 'k1',
      hash: 'h1',
      order: cleanOperations[1]!.order!,
      body: 'b9',
    }),
    'a second order under one key': also({
      key: 'k1',
      hash: 'h1',
      order: { ...cleanOperations[1]!.order!, id: 'o2' },
      body: 'b1',
    }),
    'another body under the key accepted': also({
      key: 'k1',
      hash: 'h9',
      order: cleanOperations[1]!.order!,
      body: 'b1',
    }),
    'a refund that answers twice': also(
      { op: 'refund', user: 'staff', key: 'r1', body: 'b1' },
      { op: 'refund', user: 'staff', key: 'r1', body: 'b2' },
    ),
    'another body refused for another reason': also({
      key: 'k1',
      hash: 'h9',
      outcome: 'fail',
      status: 422,
      code: 'cart_empty',
    }),
  },
  I9: {
    'a pending order': dumped({ orders: first(cleanDump.orders, { status: 'PAYMENT_PENDING' }) }),
    'a live hold': dumped({ holds: first(cleanDump.holds, { status: 'held' }) }),
    'an unsent event': dumped({ outbox: first(cleanDump.outbox, { isSent: false }) }),
    'a pending refund': dumped({ refunds: first(cleanDump.refunds, { state: 'pending' }) }),
    'a dead letter': dumped({ deadLetters: { cart: 1 } }),
    'a cart that an ended order keeps': dumped({ cartCheckouts: [{ orderId: 'o3' }] }),
  },
  I10: {
    'a paid order that told nobody': dumped({ outbox: cleanDump.outbox.slice(1) }),
    'an event of an order that is not there': dumped({
      outbox: [...cleanDump.outbox, { ...cleanDump.outbox[0]!, id: 'e9', aggregateId: 'o9' }],
    }),
    'an event told twice': dumped({
      outbox: [...cleanDump.outbox, { ...cleanDump.outbox[0]!, id: 'e9' }],
    }),
    'a failed order that says it was paid': dumped({
      outbox: [...cleanDump.outbox, { ...cleanDump.outbox[0]!, id: 'e9', aggregateId: 'o3' }],
    }),
  },
  I11: {
    'bought goods that stay in the cart': also({ op: 'cart.final', status: 200, cart: { A: 2 } }),
    'a later addition that was lost': {
      ...clean,
      operations: cleanOperations.map((each) =>
        each.op === 'cart.final' && each.user === people.bob ? { ...each, cart: {} } : each,
      ),
    },
  },
  I12: {
    'a total that is not the sum': dumped({ orders: first(cleanDump.orders, { total: 150 }) }),
    'a price that the shop never had': dumped({
      lines: first(cleanDump.lines, { unitPrice: 50 }),
      orders: first(cleanDump.orders, { subtotal: 100, total: 100 }),
    }),
  },
  I13: {
    'a move out of a terminal state': dumped({
      timeline: [...cleanDump.timeline, { orderId: 'o3', status: 'PAID', event: 'x' }],
    }),
    'an order that stands elsewhere than its history': dumped({
      timeline: cleanDump.timeline.filter(({ status }) => status !== 'CANCELLED'),
    }),
  },
  I14: {
    'stock that a repeated event changed': {
      ...clean,
      replayed: {
        ...cleanDump,
        stock: { ...cleanDump.stock, stock: [{ sku: 'A', onHand: 6, held: 0 }] },
      },
    },
  },
  I15: { "an answer with another's canary": also({ foreign: [people.bob] }) },
  I16: {
    'no order within ten seconds': { ...clean, faults: first(clean.faults, { firstOkMs: 12_000 }) },
    'never at full pace again': { ...clean, faults: first(clean.faults, { fullMs: undefined }) },
  },
  books: { "the shop's own books": { ...clean, books: { consistent: false, violations: ['B1'] } } },
}

describe('the checker', () => {
  it('passes a clean run', () => {
    expect(check(clean)).toEqual([])
    expect(vacuous(countsOf(clean))).toEqual([])
  })

  it('has a bad history for each invariant', () => {
    expect(Object.keys(bad)).toEqual([...Object.keys(invariants), 'books'])
  })

  it.each(
    Object.entries(bad).flatMap(([invariant, cases]) =>
      Object.entries(cases).map(([what, evidence]) => [invariant, what, evidence] as const),
    ),
  )('%s flags %s', (invariant, _what, evidence) => {
    expect(check(evidence).map((each) => each.invariant)).toContain(invariant)
  })
})

describe('a run that proves nothing', () => {
  it.each([
    [
      'refusals',
      {
        ...clean,
        operations: cleanOperations
          .filter(({ op, outcome }) => op !== 'place' || outcome !== 'fail')
          .filter(({ op }) => op !== 'place.other'),
      },
    ],
    ['duplicates', { ...clean, operations: cleanOperations.filter(({ replayed }) => !replayed) }],
    [
      'unknown',
      { ...clean, operations: cleanOperations.filter(({ outcome }) => outcome !== 'info') },
    ],
    ['stockReads', { ...clean, stockReads: 0 }],
    ['faultsFired', { ...clean, faults: first(clean.faults, { touched: 0 }) }],
  ] as const)('is known by having no %s', (name, evidence) => {
    expect(vacuous(countsOf(evidence))).toContain(name)
  })
})
