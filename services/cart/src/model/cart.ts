import type { Money } from '@micromart/kernel'
import type { KeptAnswer } from './repeatable.ts'

/** The most units of one line, and the most of a sku that a shopper is told of. */
export const mostUnits = 99

/** The most lines of one cart. */
export const mostLines = 100

/** How many order ids, and ids of merged carts, a cart remembers. */
export const mostRemembered = 50

/** Key of a cart in the state store and in `order.paid`; a guest's token is kept as its SHA-256 only. */
export type MemberKey = `member:${string}`
export type GuestKey = `guest:${string}`
export type CartKey = MemberKey | GuestKey

export const memberKey = (userId: string): MemberKey => `member:${userId}`

type OptionValue = { readonly name: string; readonly value: string }

/** What a sku looks like in the shop. */
export type Sight = {
  readonly productId: string
  readonly handle: string
  readonly title: string
  readonly options: readonly OptionValue[]
  readonly image: string | undefined
  readonly price: Money
}

/** A sku as it can be had right now. Source: product.GetOffers. */
export type Offer = Sight & { readonly sku: string; readonly availableQuantity: number }

/** Offers by sku; a sku that is not sold (any more) is absent. */
export type Offers = ReadonlyMap<string, Offer>

export type Line = {
  readonly sku: string
  readonly quantity: number
  /** Milliseconds since 1970: lines stand in the order of their first addition. */
  readonly addedAt: number
  /** As it was when the line was last written: what is shown when the product has vanished. */
  readonly lastSeen: Sight
}

type Contents = {
  /** UUIDv7, new at creation; orders name it. */
  readonly id: string
  /** One line a sku, oldest first. */
  readonly lines: readonly Line[]
  /** Orders whose goods have been taken out: the inbox of `order.paid`. Sorted, so the newest is last. */
  readonly takenOrders: readonly string[]
}

export type Cart = Contents & {
  readonly state: 'open'
  /** UUIDv7, new at each change of lines. */
  readonly version: string
  /** Ids of the guest carts merged into this one, newest last. */
  readonly mergedCarts: readonly string[]
  /** Of writes that may come again, newest last. */
  readonly answers: readonly KeptAnswer[]
}

/**
 * A guest's cart that belongs to a member's from now on. It stays as a tombstone: its token reads as unknown, and an
 * `order.paid` for it finds the member's cart. Its contents stay until they are applied there.
 */
export type FrozenCart = Contents & {
  readonly state: 'frozen'
  readonly mergedInto: MemberKey
  readonly applied: boolean
}

/** What is left of the cart of an erased account: its token may live on for minutes, and must not fill another. */
export type ErasedCart = {
  readonly state: 'erased'
  /** Of the cart that was there; empty for none. */
  readonly id: string
}

/** What lies under a key. */
export type Entry = Cart | FrozenCart | ErasedCart

export const newCart = (id: string, version: string): Cart => ({
  state: 'open',
  id,
  version,
  lines: [],
  takenOrders: [],
  mergedCarts: [],
  answers: [],
})

/** The cart that lies there: none when it was merged away, or erased. */
export const openCart = (entry: Entry | undefined): Cart | undefined =>
  entry?.state === 'open' ? entry : undefined

/** The guest's cart that was merged away, if that is what lies there. */
export const frozenCart = (entry: Entry | undefined): FrozenCart | undefined =>
  entry?.state === 'frozen' ? entry : undefined

export const skusOf = ({ lines }: Pick<Cart, 'lines'>): readonly string[] =>
  lines.map(({ sku }) => sku)
