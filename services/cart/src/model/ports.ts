import type { Clock, Ids } from '@micromart/kernel'
import type { CartKey, Entry, GuestKey, Offers } from './cart.ts'

/** What a decision about an entry leads to: `entry` is written unless it is undefined. */
export type Decision<T, E = Entry> = { readonly entry: E | undefined; readonly result: T }

/** The entries. */
export type Carts = {
  readonly read: (key: CartKey) => Promise<Entry | undefined>
  /**
   * Decides about an entry and writes what comes of it, as one step: when another write came first, the decision is
   * made again about what is there then. Each write keeps the entry for 30 days more.
   * @throws CartBusy
   */
  readonly change: <T>(
    key: CartKey,
    decide: (entry: Entry | undefined) => Decision<T> | Promise<Decision<T>>,
  ) => Promise<T>
}

/** The shop's offers of these skus, in one question, and maybe of others. Source: product.GetOffers. */
export type OfferSource = { readonly of: (skus: readonly string[]) => Promise<Offers> }

/** The unguessable names of guests' carts. */
export type GuestTokens = {
  readonly mint: () => string
  readonly keyOf: (token: string) => GuestKey
}

export type Ports = {
  readonly carts: Carts
  readonly offers: OfferSource
  readonly tokens: GuestTokens
  readonly ids: Ids
  readonly clock: Clock
  /** ISO 4217, the shop's. */
  readonly currency: string
}
