/**
 * Builds with a known fault. Each replaces texts that must be there: when the code has moved on, its patch says so instead of
 * passing for a build that was never broken.
 * @type {readonly { name: string, expects: readonly string[], faults: string, only: string, edits: readonly { file: string, from: string, to: string }[] }[]}
 */
export const brokenBuilds = [
  {
    name: 'stock by read-modify-write',
    expects: ['I1', 'I2'],
    faults: 'latency:product-mysql,latency:public',
    only: 'hot,crossing,last,restock',
    edits: [
      {
        file: 'services/product/src/repository/stock-move.ts',
        from: '  const { affectedRows, insertId } = await',
        to: `  const [seen] = await select<{ a: number; b: number }>(
    tx,
    'SELECT on_hand AS a, held AS b FROM stock WHERE sku = ?',
    [sku],
  )
  const [a, b] = [Number(seen?.a) + onHand, Number(seen?.b) + held]
  if (b < 0 || a < b) return { moved: false, flipped: false }
  const { affectedRows, insertId } = await`,
      },
      {
        file: 'services/product/src/repository/stock-move.ts',
        from: `SET held = held + ? + 0 * LAST_INSERT_ID(on_hand - held + ?), on_hand = on_hand + ?
     WHERE sku = ? AND held + ? >= 0 AND on_hand + ? >= held + ?`,
        to: 'SET held = ? + 0 * LAST_INSERT_ID(?), on_hand = ? WHERE sku = ?',
      },
      {
        file: 'services/product/src/repository/stock-move.ts',
        from: '[held, onHand - held, onHand, sku, held, onHand, held],',
        to: '[b, a - b, a, sku],',
      },
    ],
  },
  {
    name: 'no inbox',
    expects: ['I11'],
    faults: 'events',
    only: 'again,hot,devices',
    edits: [
      {
        file: 'services/cart/src/model/memory.ts',
        from: 'memory.includes(id) || (memory.length >= mostRemembered && memory.every((known) => known > id))',
        to: 'memory.length < 0 && id.length + mostRemembered < 0',
      },
    ],
  },
  {
    name: 'provider key made per call',
    expects: ['I4'],
    faults: 'provider:charge:after',
    only: 'spread,cancel,hot',
    edits: [
      {
        file: 'services/payment/src/model/payment.ts',
        from: 'string => `payment-${id}`',
        to: 'string => `payment-${id}-${Math.random()}`',
      },
    ],
  },
  {
    name: 'event written after the commit',
    expects: ['I10'],
    faults: 'kill:order',
    only: 'spread,cancel,hot',
    edits: [
      {
        file: 'services/order/src/repository/save-order.ts',
        from: '      for (const fact of facts) await tell(tx, ids.next(), to, fact)\n',
        to: '      for (const fact of facts) setTimeout(() => void tell(db.manager, ids.next(), to, fact).catch(() => {}), 400)\n',
      },
    ],
  },
]
