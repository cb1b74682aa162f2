import { cleared } from '../model/lines.ts'
import type { Owner } from '../model/owner.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited } from './edit-cart.ts'

/** Takes all lines out of the owner's cart. */
export const clearCart =
  (ports: Ports) =>
  ({ owner }: { readonly owner: Owner }): Promise<Edited> =>
    editCart(ports)(owner, {
      skus: () => [],
      apply: (cart) => cleared(cart, ports.ids.next()),
    })
