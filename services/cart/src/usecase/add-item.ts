import { skusOf } from '../model/cart.ts'
import { addUnits } from '../model/lines.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited, type Editor } from './edit-cart.ts'

type Command = Editor & { readonly sku: string; readonly quantity: number }

/**
 * Adds units of a sku to the owner's cart; a guest without one gets it here.
 * @throws QuantityInvalid, SkuNotFound, CartFull, LineFull, OutOfStock: the cart is unchanged
 */
export const addItem =
  (ports: Ports) =>
  ({ sku, quantity, ...editor }: Command): Promise<Edited> =>
    editCart(ports)(editor, {
      skus: (cart) => [...skusOf(cart), sku],
      apply: (cart, offers) => {
        const occasion = { offers, now: ports.clock.now(), version: ports.ids.next() }
        return addUnits(cart, { sku, quantity }, occasion)
      },
    })
