import { type PaidOrder, withoutBought } from '../model/bought.ts'
import {
  type CartKey,
  type Entry,
  type FrozenCart,
  frozenCart,
  type GuestKey,
} from '../model/cart.ts'
import type { Decision, Ports } from '../model/ports.ts'
import { finishMerge } from './finish-merge.ts'

type Deps = Pick<Ports, 'carts' | 'ids'>

const isGuestKey = (key: CartKey): key is GuestKey => key.startsWith('guest:')

/**
 * Takes what a paid order bought out of its cart, once per order. A guest's cart that was merged since is looked for
 * in the member's; a merge that a crash left half done is finished first. A cart with another id is left alone.
 */
export const takeBought =
  ({ carts, ids }: Deps) =>
  async (order: PaidOrder): Promise<void> => {
    const take = (entry: Entry | undefined): Decision<FrozenCart | undefined> => {
      if (entry?.state !== 'open') return { entry: undefined, result: frozenCart(entry) }
      const next = withoutBought(entry, order, ids.next())
      return { entry: next === entry ? undefined : next, result: undefined }
    }
    const { cartKey } = order
    const merged = await carts.change(cartKey, take)
    if (merged?.id !== order.cartId || !isGuestKey(cartKey)) return
    if (!merged.applied) await finishMerge({ carts, ids })(cartKey, merged)
    await carts.change(merged.mergedInto, take)
  }
