import { type Cart, type FrozenCart, type GuestKey, newCart, openCart } from '../model/cart.ts'
import { absorbed, applied } from '../model/merge.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'carts' | 'ids'>

/**
 * Brings a frozen guest cart into the member's, once under its id, then empties the tombstone. Repeatable after a
 * crash at any point, by the merge's repeat or by an `order.paid` that comes across the tombstone.
 * @returns the member's cart; undefined when it has expired or was erased since
 */
export const finishMerge =
  ({ carts, ids }: Deps) =>
  async (guestKey: GuestKey, guest: FrozenCart): Promise<Cart | undefined> => {
    if (guest.applied) return openCart(await carts.read(guest.mergedInto))
    const member = await carts.change<Cart | undefined>(guest.mergedInto, (entry) => {
      if (entry?.state === 'erased') return { entry: undefined, result: undefined }
      const cart = openCart(entry) ?? newCart(ids.next(), ids.next())
      const next = absorbed(cart, guest, ids.next())
      return { entry: next === cart ? undefined : next, result: next }
    })
    await carts.change(guestKey, () => ({ entry: applied(guest), result: undefined }))
    return member
  }
