import { type Cart, skusOf } from '../model/cart.ts'
import type { Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'
import { type CartView, cartView, emptyView } from '../model/view.ts'
import { findCart } from './find-cart.ts'

type Deps = Pick<Ports, 'offers' | 'currency'>

/** A cart at today's prices; without lines product is not asked. */
export const pricedCart =
  ({ offers, currency }: Deps) =>
  async (cart: Cart | undefined): Promise<CartView> => {
    if (!cart) return emptyView(currency)
    const found = cart.lines.length > 0 ? await offers.of(skusOf(cart)) : new Map()
    return cartView(cart, found, currency)
  }

/** The owner's cart at today's prices; an empty one when there is none. */
export const getCart =
  (ports: Pick<Ports, 'carts' | 'tokens'> & Deps) =>
  async ({ owner }: { readonly owner: Owner }): Promise<CartView> =>
    pricedCart(ports)(await findCart(ports)(owner))
