import type { Change } from './change.ts'
import { StockNotClaimed } from './errors.ts'
import type { Order, Shipment } from './order.ts'
import { move } from './status.ts'
import { attention, entry, stepped } from './step.ts'

const words = ({ carrier, trackingCode }: Shipment): string => {
  const by = carrier === undefined ? '' : ` with ${carrier}`
  return trackingCode === undefined ? by : `${by}, tracking code ${trackingCode}`
}

/**
 * The goods leave the house.
 * @throws IllegalMove; StockNotClaimed while they are only reserved
 */
export const shipped = (from: Order, shipment: Shipment, at: Date): Change => {
  const moved = { ...move(from, 'SHIPPED'), shipment }
  if (!from.stockClaimed) throw new StockNotClaimed()
  const to = stepped({ at, to: moved, dueIn: attention(moved) })
  return {
    from,
    to,
    entries: [entry(to, 'order.shipped', words(shipment))],
    facts: [{ fact: 'shipped' }],
  }
}

/** The goods have arrived. @throws IllegalMove */
export const delivered = (from: Order, at: Date): Change => {
  const moved = move(from, 'DELIVERED')
  const to = stepped({ at, to: moved, dueIn: attention(moved) })
  return { from, to, entries: [entry(to, 'order.delivered')], facts: [{ fact: 'delivered' }] }
}
