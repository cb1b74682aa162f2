import { type Cart, type Entry, type ErasedCart, openCart } from './cart.ts'
import { AccountErased } from './errors.ts'

/** What an erasure leaves of a member's cart, or of none. */
export const erasedCart = (entry: Entry | undefined): ErasedCart => ({
  state: 'erased',
  id: entry?.id ?? '',
})

/**
 * The cart that an entry is to its shopper: none when it was merged away.
 * @throws AccountErased
 */
export const livingCart = (entry: Entry | undefined): Cart | undefined => {
  if (entry?.state === 'erased') throw new AccountErased()
  return openCart(entry)
}
