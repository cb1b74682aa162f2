import {
  addMoney,
  compareMoney,
  DomainError,
  type Money,
  money,
  multiplyMoney,
} from '@micromart/kernel'
import { fieldInvalid, IllegalMove, RefundExceedsLine, RefundExceedsPaid } from './errors.ts'
import { keptOf, type Order } from './order.ts'
import type { OrderStatus } from './status.ts'
import type { WantedLine } from './stock.ts'

/** `refused` is an end: the provider will not pay it back, staff must look. */
export type RefundStatus = 'pending' | 'refunded' | 'refused'

/** Money on its way back, or that way's end. The id is its idempotency key at payment, and its return's at product. */
export type Refund = {
  readonly id: string
  readonly orderId: string
  readonly amount: Money
  /** What it is for, in units; empty when it is for an amount or for the whole order. */
  readonly lines: readonly WantedLine[]
  readonly reason: string
  /** The goods of `lines` go back on the shelf; without lines all that the order still has. */
  readonly restock: boolean
  readonly status: RefundStatus
  readonly createdAt: Date
  readonly updatedAt: Date
}

/**
 * A refund that this service did not ask for. `desk`: somebody made it at the payment provider's own desk, it is confirmed.
 * `late`: payment itself gives back what was captured after the payment had ended. Source: payment.ListForeignRefunds.
 */
export type ForeignRefund = Pick<Refund, 'id' | 'orderId' | 'amount'> & {
  readonly origin: 'desk' | 'late'
  readonly bookedAt: Date
}

/** What staff asks for: the whole rest, an amount, or lines. */
export type RefundWish = {
  readonly amount: Money | undefined
  readonly lines: readonly WantedLine[]
  readonly reason: string
  readonly restock: boolean
}

type Beginning = Pick<Refund, 'id' | 'amount' | 'reason'> & Partial<Refund>

const pending = (order: Order, at: Date, of: Beginning): Refund => ({
  orderId: order.id,
  lines: [],
  restock: false,
  status: 'pending',
  createdAt: at,
  updatedAt: at,
  ...of,
})

/** The shop gives all that is left back by itself. The first one of an order has its id. */
export const ownRefund = (order: Order, at: Date, reason: string, restock: boolean): Refund =>
  pending(order, at, { id: order.id, amount: keptOf(order), reason, restock })

/** Payment gives back by itself what came for an order that had ended. */
export const lateRefund = (order: Order, { id, amount }: ForeignRefund, at: Date): Refund =>
  pending(order, at, { id, amount, reason: paidLate })

export const paidLate = 'Paid after the order had ended'

/** What somebody gave back at the provider's desk: nobody has to be asked for it. */
export const deskRefund = (order: Order, { id, amount }: ForeignRefund, at: Date): Refund => ({
  ...pending(order, at, { id, amount, reason: "Made at the payment provider's desk" }),
  status: 'refunded',
})

/** Takes all goods of the order back, whatever becomes of its money. */
export const takesAllBack = ({ restock, lines }: Refund): boolean => restock && lines.length === 0

const refundable: readonly OrderStatus[] = ['PAID', 'SHIPPED', 'DELIVERED']

/** Ended orders too, when the provider refused to give back what is owed. */
const isRefundable = ({ status, payment }: Order): boolean =>
  refundable.includes(status) ||
  payment.status === 'refund_refused' ||
  payment.status === 'partially_refunded'

const unitsOf = (lines: readonly WantedLine[], sku: string): number =>
  lines.reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0)

/** Units of each line that no refund has been given for; refused ones do not count. */
const unitsLeft = (order: Order, earlier: readonly Refund[]): readonly WantedLine[] => {
  const given = earlier.filter(({ status }) => status !== 'refused').flatMap(({ lines }) => lines)
  return order.lines
    .map(({ sku, quantity }) => ({ sku, quantity: quantity - unitsOf(given, sku) }))
    .filter(({ quantity }) => quantity > 0)
}

const summed = (lines: readonly WantedLine[]): readonly WantedLine[] =>
  [...new Set(lines.map(({ sku }) => sku))]
    .toSorted()
    .map((sku) => ({ sku, quantity: unitsOf(lines, sku) }))

const priceOf = (order: Order, lines: readonly WantedLine[]): Money =>
  lines
    .map(({ sku, quantity }) => {
      const unitPrice = order.lines.find((line) => line.sku === sku)?.unitPrice
      return multiplyMoney(unitPrice ?? money(0n, order.totals.total.currency), quantity)
    })
    .reduce(addMoney, money(0n, order.totals.total.currency))

const checkLines = (wanted: readonly WantedLine[], left: readonly WantedLine[]): void => {
  for (const { sku, quantity } of wanted) {
    const refundableUnits = unitsOf(left, sku)
    if (quantity > refundableUnits) throw new RefundExceedsLine(sku, refundableUnits)
  }
}

const checkAmount = (amount: Money, kept: Money): void => {
  if (amount.currency !== kept.currency) {
    throw new DomainError('invalid', 'refund_currency', { currency: kept.currency })
  }
  if (amount.amount <= 0n) throw fieldInvalid('/amount', 'must be more than nothing')
  if (compareMoney(amount, kept) > 0) throw new RefundExceedsPaid(kept)
}

const checkWish = ({ amount, lines, restock }: RefundWish): void => {
  if (amount && lines.length > 0) throw fieldInvalid('/lines', 'cannot come with an amount')
  if (amount && restock) throw fieldInvalid('/restock', 'needs lines')
  if (lines.some(({ quantity }) => !Number.isInteger(quantity) || quantity < 1)) {
    throw fieldInvalid('/lines', 'needs whole units')
  }
}

const checkedAmount = (amount: Money, order: Order): Money => {
  checkAmount(amount, keptOf(order))
  return amount
}

const checkedWhole = (order: Order): Money => {
  const kept = keptOf(order)
  if (kept.amount <= 0n) throw new RefundExceedsPaid(kept)
  return kept
}

/**
 * The refund that a wish asks for: never more than is left of the payment, per line never more than was bought.
 * @param earlier all refunds of the order
 * @throws IllegalMove, RefundExceedsPaid, RefundExceedsLine; DomainError invalid `refund_currency`, or for a field
 */
export const plannedRefund = (
  order: Order,
  earlier: readonly Refund[],
  { id, wish, at }: { readonly id: string; readonly wish: RefundWish; readonly at: Date },
): Refund => {
  checkWish(wish)
  if (!isRefundable(order)) throw new IllegalMove(order.status, 'REFUNDED')
  const { reason, restock } = wish
  const left = unitsLeft(order, earlier)
  if (wish.amount) {
    return pending(order, at, { id, reason, amount: checkedAmount(wish.amount, order) })
  }
  if (wish.lines.length === 0) {
    const lines = restock ? left : []
    const amount = checkedWhole(order)
    return pending(order, at, { id, reason, amount, lines, restock: lines.length > 0 })
  }
  const lines = summed(wish.lines)
  checkLines(lines, left)
  const amount = checkedAmount(priceOf(order, lines), order)
  return pending(order, at, { id, reason, amount, restock, lines })
}
