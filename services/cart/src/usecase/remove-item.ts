import { skusOf } from '../model/cart.ts'
import { withoutLine } from '../model/lines.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited, type Editor } from './edit-cart.ts'

/** Takes a line out of the owner's cart; one that is not there is no error, so that a repeat is harmless. */
export const removeItem =
  (ports: Ports) =>
  ({ sku, ...editor }: Editor & { readonly sku: string }): Promise<Edited> =>
    editCart(ports)(editor, {
      skus: (cart) => skusOf(cart).filter((known) => known !== sku),
      apply: (cart) => withoutLine(cart, sku, ports.ids.next()),
    })
