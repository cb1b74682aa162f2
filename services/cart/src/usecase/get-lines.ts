import type { Cart } from '../model/cart.ts'
import type { Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'
import { findCart } from './find-cart.ts'

/** The cart to check out, without prices, so without product; undefined when there is none. */
export const getLines =
  (ports: Pick<Ports, 'carts' | 'tokens'>) =>
  ({ owner }: { readonly owner: Owner }): Promise<Cart | undefined> =>
    findCart(ports)(owner)
