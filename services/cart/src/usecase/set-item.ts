import { skusOf } from '../model/cart.ts'
import { setUnits } from '../model/lines.ts'
import type { Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited } from './edit-cart.ts'

type Command = { readonly owner: Owner; readonly sku: string; readonly quantity: number }

/**
 * Sets the units of a line; 0 takes it out.
 * @throws QuantityInvalid, LineNotFound, OutOfStock: the cart is unchanged
 */
export const setItem =
  (ports: Ports) =>
  ({ owner, sku, quantity }: Command): Promise<Edited> =>
    editCart(ports)(owner, {
      skus: (cart) => skusOf(cart).filter((known) => known !== sku || quantity > 0),
      apply: (cart, offers) =>
        setUnits(cart, { sku, quantity }, { offers, version: ports.ids.next() }),
    })
