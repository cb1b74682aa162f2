import { clean, cleanDump, seen } from '../clean.ts'
import { also, answers, dumped, first, type Bad } from './build.ts'

export const badQuiet: Bad = {
  I9: {
    history: {
      'an answer that stayed at not known yet': also({
        key: 'k9',
        status: 202,
        order: seen('o1', 'PAYMENT_PENDING'),
      }),
    },
    database: {
      'a pending order': dumped({
        orders: first(cleanDump.orders, { status: 'PAYMENT_PENDING' }),
      }),
      'an order that somebody has to look at': dumped({
        orders: first(cleanDump.orders, { isDue: true }),
      }),
      'a live hold': dumped({ holds: first(cleanDump.holds, { status: 'held' }) }),
      'an unsent event': dumped({ outbox: first(cleanDump.outbox, { isSent: false }) }),
      'a pending refund': dumped({ refunds: first(cleanDump.refunds, { state: 'pending' }) }),
      'a refund that its order does not know': dumped({ refunds: cleanDump.refunds.slice(0, 1) }),
      'a charge under way': dumped({
        payments: first(cleanDump.payments, { status: 'charging' }),
      }),
      'a dead letter': dumped({ deadLetters: { cart: 1 } }),
      'a cart that an ended order keeps': dumped({ cartCheckouts: [{ orderId: 'o3' }] }),
    },
  },
  I10: {
    history: {
      'an answer of which nobody was told': also({ key: 'k9', order: seen('o9', 'PAID') }),
    },
    database: {
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
  },
  I14: {
    history: {
      'a cart that a repeated event changed': answers((each) =>
        each.op === 'cart.before' ? { ...each, cart: { A: 4 } } : each,
      ),
    },
    database: {
      'stock that a repeated event changed': {
        ...clean,
        replayed: {
          ...cleanDump,
          stock: { ...cleanDump.stock, stock: [{ sku: 'A', onHand: 6, held: 0 }] },
        },
      },
      'a refund that a repeated webhook made': {
        ...clean,
        replayed: { ...cleanDump, ledger: [...cleanDump.ledger, cleanDump.ledger[2]!] },
      },
    },
  },
}
