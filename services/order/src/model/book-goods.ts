import {
  type BookLine,
  type BookRecord,
  hasStatus,
  type HoldBook,
  isSold,
  isUnpaid,
  type OrderBook,
  type StockBook,
  unitsOf,
} from './book-record.ts'
import { type BookRule, wrongs } from './book-rule.ts'

/** Conservation in every read; the page that it came in was one snapshot. Skus are `I1`. */
export const judgeStock = ({ onHand, held, movements, liveHolds }: StockBook): readonly string[] =>
  wrongs([
    [onHand < 0n || held < 0n, `a counter is negative: ${onHand} on hand, ${held} held`],
    [held > onHand, `${held} held of ${onHand} on hand`],
    [movements !== onHand, `${onHand} on hand, its movements come to ${movements}`],
    [liveHolds !== held, `${held} held, the live holds come to ${liveHolds}`],
  ])

/** What of a hold is off the shelf. */
const unitsOut = (hold: HoldBook | undefined): ReadonlyMap<string, bigint> => {
  if (hold?.state === 'held') return unitsOf(hold.lines)
  if (hold?.state === 'claimed') return unitsOf(hold.lines, hold.returned)
  return new Map()
}

const same = (one: readonly BookLine[], other: readonly BookLine[]): boolean => {
  const [units, others] = [unitsOf(one), unitsOf(other)]
  return units.size === others.size && [...units].every(([sku, n]) => others.get(sku) === n)
}

const soldStates = (order: OrderBook): readonly string[] => {
  if (order.status !== 'PAID') return ['claimed', 'returned']
  // A claim that came through and was not yet noted, or whose hold lapsed: the claim's owner decides (I9).
  return order.stockClaimed ? ['claimed'] : ['claimed', 'held', 'released']
}

/**
 * Each sold unit left the shelf for its order alone: with I1, units sold are never more than there were. Summed over the shop
 * this is "no oversell"; per order it can be checked in constant memory.
 */
export const soldGoodsLeftTheShelf: BookRule = {
  id: 'I2',
  judge: ({ order, hold }) => {
    if (!order || !(isSold(order) || hasStatus(order, 'REFUNDED'))) return undefined
    if (!hold) return ['sold without ever having held stock']
    return wrongs([
      [!soldStates(order).includes(hold.state), `sold, but its stock is ${hold.state}`],
      [!same(hold.lines, order.lines), 'the stock that it took is not what it sold'],
      [
        [...unitsOf(hold.lines, hold.returned).values()].some((units) => units < 0n),
        'more came back than it took',
      ],
    ])
  },
}

const mayKeepGoods = ({ order, hold }: BookRecord): boolean => {
  if (!order) return false
  if (isUnpaid(order)) return hold?.state !== 'claimed'
  return isSold(order) || hasStatus(order, 'REFUNDED') || order.paymentStatus === 'refund_pending'
}

/** Goods only; its money is judged by I4 and I6. */
export const nothingKeptForNothing: BookRule = {
  id: 'I7',
  judge: (record) => {
    const { order, hold } = record
    const ended = !order || hasStatus(order, 'FAILED', 'REJECTED', 'CANCELLED')
    if (!hold && !ended) return undefined
    const kept = unitsOut(hold).size > 0 && !mayKeepGoods(record)
    const whose = order ? `an order that is ${order.status}` : 'no order'
    return wrongs([[kept, `stock is ${hold?.state} for ${whose}`]])
  },
}
