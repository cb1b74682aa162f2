import type { Ports } from '../model/ports.ts'
import { addItem } from './add-item.ts'
import { clearCart } from './clear-cart.ts'
import { eraseShopper } from './erase-shopper.ts'
import { getCart } from './get-cart.ts'
import { getLines } from './get-lines.ts'
import { listNotTaken } from './list-not-taken.ts'
import { mergeCart } from './merge-cart.ts'
import { removeItem } from './remove-item.ts'
import { setItem } from './set-item.ts'
import { takeBought } from './take-bought.ts'

/** All that the cart service can do. */
export const cartUseCases = (ports: Ports) => ({
  getCart: getCart(ports),
  addItem: addItem(ports),
  setItem: setItem(ports),
  removeItem: removeItem(ports),
  clearCart: clearCart(ports),
  mergeCart: mergeCart(ports),
  getLines: getLines(ports),
  takeBought: takeBought(ports),
  listNotTaken: listNotTaken(ports),
  eraseShopper: eraseShopper(ports),
})

export type { Edited, Editor } from './edit-cart.ts'
export type { LinesToBuy } from './get-lines.ts'
export type UseCases = ReturnType<typeof cartUseCases>
