import type { Money, Page } from '@micromart/kernel'
import type { Cart } from './cart.ts'
import type { Change, Waiting } from './change.ts'
import type { KeyRef, KeyRow } from './idempotency.ts'
import type { Address, Order } from './order.ts'
import type { ForeignRefund, Refund } from './refund.ts'
import type { OrderStatus } from './status.ts'
import type { Hold, WantedLine } from './stock.ts'
import type { ToldEntry } from './timeline.ts'

/** The shopper's cart; the caller's token names a member's. Source: cart.GetLines. */
export type Carts = { readonly lines: (cartToken: string | undefined) => Promise<Cart> }

/** What a member has told the shop. Source: user.GetCheckoutDetails. */
export type Users = {
  /** @throws DomainError not_found `address_not_found` */
  readonly checkoutDetails: (
    addressId: string | undefined,
  ) => Promise<{ readonly email: string; readonly address: Address | undefined }>
}

/** Stock of orders, each call repeatable and keyed by the order's id. Source: product. */
export type Stock = {
  readonly hold: (orderId: string, lines: readonly WantedLine[]) => Promise<Hold>
  readonly extend: (orderId: string) => Promise<void>
  /** @returns false when the hold had lapsed and the goods are gone */
  readonly claim: (orderId: string) => Promise<boolean>
  readonly release: (orderId: string) => Promise<void>
  /** All that the order still has, or some units of a sale, once per return id. */
  readonly giveBack: (orderId: string, some?: GoodsReturn) => Promise<void>
}

/** Units of a sale that come back; the id makes it one return, however often it is told. */
export type GoodsReturn = { readonly id: string; readonly lines: readonly WantedLine[] }

/**
 * What is known of a payment. `none`: nothing was asked of the provider yet. `pending`: the provider settles it later.
 * `requires_action`: the shopper must approve it first.
 */
export type Charge =
  | { readonly outcome: 'captured' | 'cancelled' }
  | { readonly outcome: 'declined'; readonly code: string | undefined }
  | Waiting

/** Payments of orders, each call repeatable and keyed by the order's id. Source: payment. */
export type Payments = {
  readonly open: (orderId: string) => Promise<void>
  /** Never throws: whatever goes wrong on the way, the outcome is unknown. */
  readonly charge: (orderId: string, amount: Money, token: string) => Promise<Charge>
  /** Goes on after the shopper's approval. Never throws, as `charge`. */
  readonly proceed: (orderId: string) => Promise<Charge>
  readonly outcome: (orderId: string) => Promise<Charge>
  /** @returns cancelled, declined, captured (too late) or one of those that ask for another question */
  readonly cancel: (orderId: string) => Promise<Charge>
  /** What is kept of the payments of some orders, at most 100; nobody else is asked. */
  readonly records: (orderIds: readonly string[]) => Promise<readonly PaymentRecord[]>
  /** Once per refund id. @returns pending while the provider has not confirmed; refused is an end */
  readonly refund: (refund: Pick<Refund, 'id' | 'orderId' | 'amount'>) => Promise<RefundOutcome>
  /**
   * Refunds that this service did not ask for, oldest first; after one of them, or from a moment on.
   * One may appear behind later ones: it is told when it has committed.
   */
  readonly foreignRefunds: (
    after: ForeignMark | undefined,
    limit: number,
  ) => Promise<readonly ForeignRefund[]>
}

export type ForeignMark = Pick<ForeignRefund, 'bookedAt'> & { readonly id: string | undefined }

export type RefundOutcome = 'refunded' | 'refused' | 'pending'

/** A new order with what binds it: its key and its cart. */
export type Opening = {
  readonly order: Order
  readonly cart: Cart
  readonly key: KeyRef
  readonly row: KeyRow
}

/** What another order has already: the key, the number, the cart's version, or all of its lines. */
export type Opened =
  | { readonly opened: Order }
  | { readonly taken: 'key' | 'number' | 'all' }
  | { readonly taken: 'cart'; readonly orderId: string }

export type OrderFilter = {
  readonly userId?: string | undefined
  readonly status?: OrderStatus | undefined
  readonly email?: string | undefined
  readonly number?: string | undefined
}

export type PageRequest = { readonly limit: number; readonly cursor: string | undefined }

/** The orders as they are stored. */
export type Orders = {
  /**
   * Writes a PENDING order, its key and its cart's row in one transaction. The lines are the cart's without what this
   * cart's other live orders have bought. Or nothing is written.
   * @throws AccountErased
   */
  readonly open: (opening: Opening) => Promise<Opened>
  /** @returns undefined when somebody was faster: nothing was written, read again and decide anew */
  readonly save: (change: Change) => Promise<Order | undefined>
  readonly byId: (id: string) => Promise<Order | undefined>
  /** Oldest first. */
  readonly timeline: (id: string) => Promise<readonly ToldEntry[]>
  /** Oldest first. */
  readonly refunds: (id: string) => Promise<readonly Refund[]>
  /** @returns those of the refund ids that no order has */
  readonly unknownRefunds: (ids: readonly string[]) => Promise<ReadonlySet<string>>
  /** Newest first. @throws DomainError invalid `cursor_invalid` */
  /** How many of a member's newest orders wait for their payment, of so many looked at. */
  readonly openAmong: (userId: string, newest: number) => Promise<number>
  readonly list: (filter: OrderFilter, page: PageRequest) => Promise<Page<Order>>
  /** Takes orders that are due, and has them due again after their pause: replicas never take the same. */
  readonly takeDue: (at: Date, most: number) => Promise<readonly Order[]>
  /**
   * Makes an order due whose payment or refund is waited for; each event once.
   * @returns whether there is something to look at
   */
  readonly hasten: (id: string, eventId: string, at: Date) => Promise<boolean>
  /**
   * Removes what is personal from a user's orders, and refuses later ones. Repeatable.
   * @param eventId of the event that told of it, if one did; each once
   */
  readonly erase: (userId: string, at: Date, eventId: string | undefined) => Promise<ErasedOrders>
  /** Deletes what is only needed for a while: keys, locks, notes of events. */
  readonly prune: (at: Date) => Promise<void>
}

/** A user's orders after their erasure. */
export type ErasedOrders = {
  readonly ids: readonly string[]
  /** Paid, and still in the house. */
  readonly unshipped: readonly string[]
  /** Whether nothing is under way in any of them that could bring something personal again. */
  readonly isSettled: boolean
}

/** What payment keeps of an order's payment. */
export type PaymentRecord = {
  readonly orderId: string
  readonly status: string
  readonly provider: string
  readonly amount: Money | undefined
  readonly refunded: Money | undefined
  readonly declineCode?: string | undefined
  readonly chargeId?: string | undefined
  readonly updatedAt: Date | undefined
}

export type Keys = {
  readonly find: (key: KeyRef) => Promise<KeyRow | undefined>
  /** @returns until when the key is this attempt's; undefined while another attempt holds it */
  readonly lock: (key: KeyRef, at: Date) => Promise<Date | undefined>
  /**
   * The attempt has ended without an answer: the shopper's repeat may go on at once.
   * @param until names the attempt: one that outlived its time does not free its successor's lock
   */
  readonly unlock: (key: KeyRef, until: Date) => Promise<void>
}

/** One message to a watcher: an entry, or that nothing follows, or both. */
export type Told = { readonly entry: ToldEntry | undefined; readonly last: boolean }

/** An order's timeline as it is written. */
export type TimelineTail = {
  /** The entries after a `seq`, then each new one; ends when nothing follows, at the signal, or with the service. */
  readonly follow: (orderId: string, after: bigint, signal: AbortSignal) => AsyncIterable<Told>
}

/** The sweeper's work on one order, as those see it who watch. */
export type Attended = <T>(order: Order, work: () => Promise<T>) => Promise<T>

/** Work that the answer does not wait for; stopping the service does. */
export type Background = {
  readonly run: (work: () => Promise<unknown>) => void
  /** @returns undefined when the work takes longer: it goes on */
  readonly within: <T>(milliseconds: number, work: () => Promise<T>) => Promise<T | undefined>
}
