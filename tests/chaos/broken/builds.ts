import type { Bench } from '../proof/bench.ts'
import type { Edit } from './scratch.ts'
import {
  killBeforeEvent,
  loseChargeAnswer,
  loseChargeAndOrder,
  repeatPaidEvent,
  rushForFew,
  twoLinesOfOne,
} from './provoke.ts'

/** A build of some services with a known fault, and what shows it. */
export type Build = {
  readonly name: string
  /** The services that are of this build. */
  readonly apps: readonly string[]
  /** One of these the checker must flag. */
  readonly expects: readonly string[]
  readonly edits: readonly Edit[]
  /** Does what makes the fault show; a sound shop bears it. */
  readonly provoke: (bench: Bench) => Promise<void>
}

const stockMove = 'services/product/src/repository/stock-move.ts'

/** reliability.md, section 7. */
export const brokenBuilds: readonly Build[] = [
  {
    name: 'stock by read-modify-write',
    apps: ['product'],
    expects: ['I1', 'I2'],
    provoke: rushForFew,
    edits: [
      {
        file: stockMove,
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
        file: stockMove,
        from: `SET held = held + ? + 0 * LAST_INSERT_ID(on_hand - held + ?), on_hand = on_hand + ?
     WHERE sku = ? AND held + ? >= 0 AND on_hand + ? >= held + ?`,
        to: 'SET held = ? + 0 * LAST_INSERT_ID(?), on_hand = ? WHERE sku = ?',
      },
      {
        file: stockMove,
        from: '[held, onHand - held, onHand, sku, held, onHand, held],',
        to: '[b, a - b, a, sku],',
      },
    ],
  },
  {
    name: 'no inbox',
    apps: ['cart'],
    expects: ['I11'],
    provoke: repeatPaidEvent,
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
    apps: ['payment'],
    expects: ['I4'],
    provoke: loseChargeAnswer,
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
    apps: ['order'],
    expects: ['I10'],
    provoke: killBeforeEvent,
    edits: [
      {
        file: 'services/order/src/repository/save-order.ts',
        from: '      for (const fact of facts) await tell(tx, ids.next(), to, fact)\n',
        to: '',
      },
      {
        file: 'services/order/src/repository/save-order.ts',
        from: '    if (written && facts.length > 0) told.event()\n',
        to: `    if (written) for (const fact of facts) await tell(db.manager, ids.next(), to, fact)
    if (written && facts.length > 0) told.event()\n`,
      },
    ],
  },
  {
    name: 'lines not summed',
    apps: ['cart', 'order', 'product'],
    expects: ['I2'],
    provoke: twoLinesOfOne,
    edits: [
      {
        file: 'services/cart/src/model/lines.ts',
        from: 'old ? replaced(cart, line) : [...cart.lines, line]',
        to: '[...cart.lines, { ...line, quantity }]',
      },
      {
        file: 'services/order/src/model/cart.ts',
        from: '  const left = new Map<string, number>()\n',
        to: '  if (bought.length === 0) return lines\n  const left = new Map<string, number>()\n',
      },
      {
        file: 'services/product/src/model/stock.ts',
        from: '    sums.set(sku, sum)\n',
        to: '    sums.set(sku, quantity)\n',
      },
    ],
  },
  {
    name: 'hold released without asking the provider',
    apps: ['order'],
    expects: ['I4', 'I6'],
    provoke: loseChargeAndOrder,
    edits: [
      {
        file: 'services/order/src/usecase/settle-due.ts',
        from: 'if (isUp) return payments.cancel(order.id)',
        to: "if (isUp) return { outcome: 'cancelled' }",
      },
    ],
  },
]
