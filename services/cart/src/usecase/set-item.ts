import { skusOf } from '../model/cart.ts'
import { setUnits } from '../model/lines.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited, type Editor } from './edit-cart.ts'

type Command = Editor & { readonly sku: string; readonly quantity: number }

/**
 * Sets the units of a line; 0 takes it out.
 * @throws QuantityInvalid, LineNotFound, OutOfStock: the cart is unchanged
 */
export const setItem =
  (ports: Ports) =>
  ({ sku, quantity, ...editor }: Command): Promise<Edited> =>
    editCart(ports)(editor, {
      skus: (cart) => skusOf(cart).filter((known) => known !== sku || quantity > 0),
      apply: (cart, offers) =>
        setUnits(cart, { sku, quantity }, { offers, version: ports.ids.next() }),
    })
