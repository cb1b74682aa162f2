import { cleared } from '../model/lines.ts'
import type { Ports } from '../model/ports.ts'
import { editCart, type Edited, type Editor } from './edit-cart.ts'

/** Takes all lines out of the owner's cart. */
export const clearCart =
  (ports: Ports) =>
  (editor: Editor): Promise<Edited> =>
    editCart(ports)(editor, {
      skus: () => [],
      apply: (cart) => cleared(cart, ports.ids.next()),
    })
