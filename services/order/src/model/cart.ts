import type { WantedLine } from './stock.ts'

/** The cart an order was made of; `key` is its name in the cart service. `version` is new at each change of its lines. */
export type CartRef = { readonly id: string; readonly version: string; readonly key: string }

/** A cart as checkout reads it: no prices, and which orders' goods it no longer holds. */
export type Cart = {
  readonly id: string
  readonly key: string
  readonly version: string
  readonly lines: readonly WantedLine[]
  /** Newest last. */
  readonly takenOrderIds: readonly string[]
  /** How many taken orders it remembers at most; the oldest are forgotten first. */
  readonly remembers: number
  /** Guest carts merged into this one: their orders took goods that may still lie here. */
  readonly mergedCartIds: readonly string[]
}

/**
 * Whether an order's goods may still lie in the cart. A full memory has forgotten its oldest orders, not
 * un-taken them; ids are UUIDv7, so an id below all remembered ones is older than they are.
 */
export const mayStillHold = (cart: Cart, orderId: string): boolean => {
  const { takenOrderIds: taken } = cart
  if (taken.includes(orderId)) return false
  return taken.length < cart.remembers || taken.some((id) => id < orderId)
}

/** The lines without what other orders of this cart have bought; equal skus are summed, sorted by sku. */
export const linesLeft = (
  lines: readonly WantedLine[],
  bought: readonly WantedLine[],
): readonly WantedLine[] => {
  const left = new Map<string, number>()
  for (const { sku, quantity } of lines) left.set(sku, (left.get(sku) ?? 0) + quantity)
  for (const { sku, quantity } of bought) {
    const wanted = left.get(sku)
    if (wanted !== undefined) left.set(sku, wanted - quantity)
  }
  return [...left]
    .filter(([, quantity]) => quantity > 0)
    .map(([sku, quantity]) => ({ sku, quantity }))
    .toSorted((a, b) => (a.sku < b.sku ? -1 : 1))
}
