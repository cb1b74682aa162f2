import {
  type Entry,
  type FrozenCart,
  frozenCart,
  type MemberKey,
  memberKey,
} from '../model/cart.ts'
import { livingCart } from '../model/erasure.ts'
import { frozen } from '../model/merge.ts'
import type { Decision, Ports } from '../model/ports.ts'
import type { CartView } from '../model/view.ts'
import { finishMerge } from './finish-merge.ts'
import { pricedCart } from './get-cart.ts'

type Command = { readonly userId: string; readonly token: string }

/** Freezing comes first: whoever gets the freeze through has the guest's lines, and nobody adds to them any more. */
const freeze =
  (into: MemberKey) =>
  (entry: Entry | undefined): Decision<FrozenCart | undefined> => {
    if (entry?.state === 'open') {
      const guest = frozen(entry, into)
      return { entry: guest, result: guest }
    }
    const earlier = frozenCart(entry)
    return { entry: undefined, result: earlier?.mergedInto === into ? earlier : undefined }
  }

/**
 * Moves a guest's lines into the member's cart. Repeatable; with an unknown token, or one that another member took,
 * it just answers the member's cart.
 * @throws AccountErased
 */
export const mergeCart =
  (ports: Ports) =>
  async ({ userId, token }: Command): Promise<CartView> => {
    const { carts, tokens } = ports
    const guestKey = tokens.keyOf(token)
    const mine = livingCart(await carts.read(memberKey(userId)))
    const guest = await carts.change(guestKey, freeze(memberKey(userId)))
    const member = guest ? await finishMerge(ports)(guestKey, guest) : mine
    return pricedCart(ports)(member)
  }
