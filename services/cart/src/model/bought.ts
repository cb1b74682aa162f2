import type { Cart, CartKey, FrozenCart, Line } from './cart.ts'
import { remembered, remembers } from './memory.ts'

/** A paid order, as far as its cart cares. Source: topic order.paid.v1. */
export type PaidOrder = {
  readonly orderId: string
  /** The cart that was bought: the one under `cartKey` then, which may have been merged since. */
  readonly cartId: string
  readonly cartKey: CartKey
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

const unitsBySku = (lines: PaidOrder['lines']): ReadonlyMap<string, number> => {
  const units = new Map<string, number>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0) + quantity)
  return units
}

const left = (lines: readonly Line[], bought: ReadonlyMap<string, number>): readonly Line[] =>
  lines
    .map((line) => ({ ...line, quantity: line.quantity - (bought.get(line.sku) ?? 0) }))
    .filter(({ quantity }) => quantity > 0)

type Purchase = Pick<PaidOrder, 'orderId' | 'cartId'>

/** Whether an order's goods are still to be taken out of this cart: it bought the cart and was not taken before. */
export const awaits = (cart: Cart, { orderId, cartId }: Purchase): boolean =>
  (cart.id === cartId || cart.mergedCarts.includes(cartId)) && !remembers(cart.takenOrders, orderId)

/** The same of a guest's cart that is on its way into a member's. */
export const frozenAwaits = (guest: FrozenCart, { orderId, cartId }: Purchase): boolean =>
  guest.id === cartId && !guest.applied && !remembers(guest.takenOrders, orderId)

/**
 * Takes what an order bought out of its cart, once; what was added later stays. The same cart when the order is not
 * of this cart or was taken before.
 */
export const withoutBought = (cart: Cart, order: PaidOrder, version: string): Cart => {
  if (!awaits(cart, order)) return cart
  const bought = unitsBySku(order.lines)
  const changes = cart.lines.some(({ sku }) => (bought.get(sku) ?? 0) > 0)
  return {
    ...cart,
    lines: changes ? left(cart.lines, bought) : cart.lines,
    version: changes ? version : cart.version,
    takenOrders: remembered(cart.takenOrders, [order.orderId]),
  }
}
