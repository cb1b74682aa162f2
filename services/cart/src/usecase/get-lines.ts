import type { Cart, CartKey } from '../model/cart.ts'
import { livingCart } from '../model/erasure.ts'
import { keyOf, type Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'

/** A cart to check out: `key` is none for a guest without a token, `cart` is none for who has not added anything. */
export type LinesToBuy = { readonly key: CartKey | undefined; readonly cart: Cart | undefined }

/** The cart to check out, without prices, so without product. @throws AccountErased */
export const getLines =
  ({ carts, tokens }: Pick<Ports, 'carts' | 'tokens'>) =>
  async ({ owner }: { readonly owner: Owner }): Promise<LinesToBuy> => {
    const key = keyOf(owner, tokens)
    return { key, cart: key && livingCart(await carts.read(key)) }
  }
