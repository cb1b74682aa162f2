import { awaits, frozenAwaits, type PaidOrder } from '../model/bought.ts'
import { openCart } from '../model/cart.ts'
import type { Ports } from '../model/ports.ts'

type Carts = Pick<Ports['carts'], 'read'>

type Purchase = Omit<PaidOrder, 'lines'>

/** Reads at a time: 200 orders are asked for at once, and the shoppers' own reads go on beside them. */
const lanes = 8

const isNotTaken = async (carts: Carts, order: Purchase): Promise<boolean> => {
  const entry = await carts.read(order.cartKey)
  if (entry?.state === 'open') return awaits(entry, order)
  if (entry?.state !== 'frozen' || entry.id !== order.cartId) return false
  const member = openCart(await carts.read(entry.mergedInto))
  return member?.mergedCarts.includes(entry.id) ? awaits(member, order) : frozenAwaits(entry, order)
}

/**
 * Of paid orders, those whose goods are still in their carts: `order.paid` has not been here. A cart that has expired,
 * or that is another one by now, holds nothing to take out.
 * @returns order ids in the order they were asked for
 */
export const listNotTaken =
  ({ carts }: { readonly carts: Carts }) =>
  async (orders: readonly Purchase[]): Promise<readonly string[]> => {
    const waiting = orders.entries()
    const found = new Set<number>()
    const lane = async () => {
      for (const [index, order] of waiting) if (await isNotTaken(carts, order)) found.add(index)
    }
    await Promise.all(Array.from({ length: lanes }, lane))
    return orders.filter((_, index) => found.has(index)).map(({ orderId }) => orderId)
  }
