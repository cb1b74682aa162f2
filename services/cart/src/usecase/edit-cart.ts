import { DomainError } from '@micromart/kernel'
import { answeredBefore, type Outcome, withAnswer } from '../model/answers.ts'
import { type Cart, newCart, type Offer, type Offers } from '../model/cart.ts'
import { livingCart } from '../model/erasure.ts'
import { type Owner, keyOf } from '../model/owner.ts'
import type { Decision, OfferSource, Ports } from '../model/ports.ts'
import type { Repeatable } from '../model/repeatable.ts'
import { type CartView, cartView, emptyView } from '../model/view.ts'

/** Who changes which cart; `repeatable` when the sender may send this very change again. */
export type Editor = { readonly owner: Owner; readonly repeatable?: Repeatable | undefined }

/** A change of a cart: the skus whose offers it needs or its answer shows, and what becomes of the cart. */
export type Edit = {
  readonly skus: (cart: Cart) => readonly string[]
  /** Gives back the same cart when there is nothing to write. */
  readonly apply: (cart: Cart, offers: Offers) => Cart
}

/** The cart after a write; `token` when one was minted for it, `replayed` when an earlier request had done it. */
export type Edited = {
  readonly view: CartView
  readonly token: string | undefined
  readonly replayed: boolean
}

type OffersOf = (skus: readonly string[]) => Promise<Offers>

type Ended = Outcome & { readonly replayed: boolean }

/** Asks for each sku once, however often a conflict makes the edit start anew. */
const askOnce = (source: OfferSource): OffersOf => {
  const asked = new Set<string>()
  const found = new Map<string, Offer>()
  return async (skus) => {
    const unasked = [...new Set(skus)].filter((sku) => !asked.has(sku))
    if (unasked.length === 0) return found
    const answer = await source.of(unasked)
    for (const sku of unasked) {
      const offer = answer.get(sku)
      if (offer) found.set(sku, offer)
      asked.add(sku)
    }
    return found
  }
}

const edited = (cart: Cart, edit: Edit, offers: Offers, currency: string) => {
  const next = edit.apply(cart, offers)
  const outcome: Outcome = { view: cartView(next, offers, currency) }
  return { next, outcome }
}

/** A refusal by the state of things is an answer, too: a repeat must not hear another one. */
const editedOrRefused = (...[cart, edit, offers, currency]: Parameters<typeof edited>) => {
  try {
    return edited(cart, edit, offers, currency)
  } catch (refusal) {
    if (!(refusal instanceof DomainError) || refusal.kind !== 'precondition') throw refusal
    const outcome: Outcome = { refusal }
    return { next: cart, outcome }
  }
}

const decider =
  (edit: Edit, offersOf: OffersOf, currency: string) =>
  async (cart: Cart, repeatable: Repeatable | undefined): Promise<Decision<Ended>> => {
    const earlier = repeatable && answeredBefore(cart, repeatable)
    if (earlier) return { entry: undefined, result: { ...earlier, replayed: true } }
    const offers = await offersOf(edit.skus(cart))
    if (!repeatable) {
      const { next, outcome } = edited(cart, edit, offers, currency)
      const entry = next === cart ? undefined : next
      return { entry, result: { ...outcome, replayed: false } }
    }
    const { next, outcome } = editedOrRefused(cart, edit, offers, currency)
    const entry = withAnswer(next, repeatable, outcome)
    return { entry, result: { ...outcome, replayed: false } }
  }

const told = (ended: Ended, token: string | undefined): Edited => {
  if ('refusal' in ended) throw ended.refusal
  return { view: ended.view, token, replayed: ended.replayed }
}

/**
 * Changes the owner's cart and answers how it looks afterwards. The offers are asked for before the write: without
 * them nothing is changed. A guest whose token is unknown, or was merged away, gets a new cart under a new token; its
 * first write binds no key, as there is nobody yet whom the key could belong to.
 * @throws IdempotencyMismatch, AccountErased
 */
export const editCart = ({ carts, offers, tokens, ids, currency }: Ports) => {
  const nothing: Ended = { view: emptyView(currency), replayed: false }

  return async ({ owner, repeatable }: Editor, edit: Edit): Promise<Edited> => {
    const decide = decider(edit, askOnce(offers), currency)
    const start = async (by: Repeatable | undefined): Promise<Decision<Ended>> => {
      const { entry, result } = await decide(newCart(ids.next(), ids.next()), by)
      return { entry, result: entry ? result : nothing }
    }
    const key = keyOf(owner, tokens)
    if (key) {
      const ended = await carts.change<Ended | undefined>(key, (entry) => {
        const cart = livingCart(entry)
        if (cart) return decide(cart, repeatable)
        return owner.kind === 'member' ? start(repeatable) : { entry: undefined, result: undefined }
      })
      if (ended) return told(ended, undefined)
    }
    const token = tokens.mint()
    const begun = await carts.change(tokens.keyOf(token), () => start(undefined))
    return told(begun, begun === nothing ? undefined : token)
  }
}
