import type { Cart } from '../model/cart.ts'
import { livingCart } from '../model/erasure.ts'
import { keyOf, type Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'

/** The owner's cart, if there is one: an unknown token and a cart that was merged away have none. @throws AccountErased */
export const findCart =
  ({ carts, tokens }: Pick<Ports, 'carts' | 'tokens'>) =>
  async (owner: Owner): Promise<Cart | undefined> => {
    const key = keyOf(owner, tokens)
    return key && livingCart(await carts.read(key))
  }
