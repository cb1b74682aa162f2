import { skusOf } from '../model/cart.ts'
import { withoutLine } from '../model/lines.ts'
import type { Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited } from './edit-cart.ts'

/** Takes a line out of the owner's cart; one that is not there is no error, so that a repeat is harmless. */
export const removeItem =
  (ports: Ports) =>
  ({ owner, sku }: { readonly owner: Owner; readonly sku: string }): Promise<Edited> =>
    editCart(ports)(owner, {
      skus: (cart) => skusOf(cart).filter((known) => known !== sku),
      apply: (cart) => withoutLine(cart, sku, ports.ids.next()),
    })
