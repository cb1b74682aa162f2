import { clean, cleanDump, cleanOperations, people, seen } from '../clean.ts'
import { also, dumped, first, told, type Bad } from './build.ts'

export const badOrders: Bad = {
  I5: {
    history: {
      'an answer about an order that is not there': also({
        key: 'k9',
        order: seen('o9', 'PAID'),
      }),
      'an answer with other lines': told({ items: [{ sku: 'B', quantity: 2, unitPrice: 100 }] }),
    },
    database: {
      'an order that was answered and is gone': dumped({ orders: cleanDump.orders.slice(1) }),
      'an order with other lines': dumped({ lines: first(cleanDump.lines, { quantity: 1 }) }),
      'an order of somebody else': dumped({
        orders: first(cleanDump.orders, { email: `${people.bob}@guest.example` }),
      }),
    },
  },
  I7: {
    history: {
      'an attempt that never got an answer': also({ key: 'k9', outcome: 'info', status: 0 }),
      'no answer to a purchase that went through': {
        ...clean,
        operations: cleanOperations.filter(({ order }) => order?.id !== 'o1'),
      },
    },
    database: {
      'a paid order that no answer named': dumped({
        orders: [...cleanDump.orders, { ...cleanDump.orders[0]!, id: 'o9' }],
      }),
      'goods kept for an order that failed': dumped({
        holds: [...cleanDump.holds, { orderId: 'o3', status: 'held', lines: [] }],
      }),
    },
  },
  I8: {
    history: {
      'another answer to the same key': also({
        key: 'k1',
        hash: 'h1',
        order: seen('o1', 'PAID'),
        body: 'b9',
      }),
      'a second order under one key': also({
        key: 'k1',
        hash: 'h1',
        order: seen('o2', 'PAID'),
        body: 'b1',
      }),
      'another body under the key accepted': also({
        key: 'k1',
        hash: 'h9',
        order: seen('o1', 'PAID'),
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
    database: {
      'a key that is stored for another order': dumped({
        keys: first(cleanDump.keys, { orderId: 'o2' }),
      }),
      'a key that is stored twice': dumped({
        keys: [...cleanDump.keys, { key: 'k1', orderId: 'o3' }],
      }),
    },
  },
  I12: {
    history: {
      'an answer with a price that the shop never had': told({
        items: [{ sku: 'A', quantity: 2, unitPrice: 1 }],
      }),
    },
    database: {
      'a total that is not the sum': dumped({ orders: first(cleanDump.orders, { total: 150 }) }),
      'a price that the shop never had': dumped({
        lines: first(cleanDump.lines, { unitPrice: 50 }),
        orders: first(cleanDump.orders, { subtotal: 100, total: 100 }),
      }),
    },
  },
  I13: {
    history: {
      'an order that was paid and is pending later': also({
        op: 'order.read',
        status: 200,
        order: seen('o1', 'PAYMENT_PENDING'),
      }),
    },
    database: {
      'a move out of a terminal state': dumped({
        timeline: [...cleanDump.timeline, { orderId: 'o3', status: 'PAID', event: 'x' }],
      }),
      'an order that stands elsewhere than its history': dumped({
        timeline: cleanDump.timeline.filter(({ status }) => status !== 'CANCELLED'),
      }),
    },
  },
}
