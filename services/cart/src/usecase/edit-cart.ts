import { type Cart, newCart, type Offer, type Offers, openCart } from '../model/cart.ts'
import { type Owner, keyOf } from '../model/owner.ts'
import type { Decision, OfferSource, Ports } from '../model/ports.ts'
import { type CartView, cartView, emptyView } from '../model/view.ts'

/** A change of a cart: the skus whose offers it needs or its answer shows, and what becomes of the cart. */
export type Edit = {
  readonly skus: (cart: Cart) => readonly string[]
  /** Gives back the same cart when there is nothing to write. */
  readonly apply: (cart: Cart, offers: Offers) => Cart
}

/** The cart after a write; `token` when one was minted for it. */
export type Edited = { readonly view: CartView; readonly token: string | undefined }

/** Asks for each sku once, however often a conflict makes the edit start anew. */
const askOnce = (source: OfferSource) => {
  const asked = new Set<string>()
  const found = new Map<string, Offer>()
  return async (skus: readonly string[]): Promise<Offers> => {
    const unasked = [...new Set(skus)].filter((sku) => !asked.has(sku))
    if (unasked.length === 0) return found
    for (const [sku, offer] of await source.of(unasked)) found.set(sku, offer)
    for (const sku of unasked) asked.add(sku)
    return found
  }
}

/**
 * Changes the owner's cart and answers how it looks afterwards. The offers are asked for before the write: without
 * them nothing is changed. A guest whose token is unknown, or was merged away, gets a new cart under a new token.
 */
export const editCart = ({ carts, offers, tokens, ids, currency }: Ports) => {
  const decided = async (
    cart: Cart,
    edit: Edit,
    offersOf: (skus: readonly string[]) => Promise<Offers>,
  ): Promise<Decision<CartView>> => {
    const found = await offersOf(edit.skus(cart))
    const next = edit.apply(cart, found)
    return { entry: next === cart ? undefined : next, result: cartView(next, found, currency) }
  }
  const fresh = () => newCart(ids.next(), ids.next())

  return async (owner: Owner, edit: Edit): Promise<Edited> => {
    const offersOf = askOnce(offers)
    const start = async (): Promise<Decision<CartView>> => {
      const { entry, result } = await decided(fresh(), edit, offersOf)
      return { entry, result: entry ? result : emptyView(currency) }
    }
    const key = keyOf(owner, tokens)
    if (key) {
      const view = await carts.change<CartView | undefined>(key, (entry) => {
        const cart = openCart(entry)
        if (cart) return decided(cart, edit, offersOf)
        return owner.kind === 'member' ? start() : { entry: undefined, result: undefined }
      })
      if (view) return { view, token: undefined }
    }
    const token = tokens.mint()
    const view = await carts.change(tokens.keyOf(token), start)
    return { view, token: view.version === '' ? undefined : token }
  }
}
