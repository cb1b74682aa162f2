import type {
  BacklogBook,
  HoldBook,
  OrderBook,
  PaymentBook,
  ProviderBook,
  StockBook,
} from './book-record.ts'
import type { BookReport } from './book-tally.ts'

/** Rows after an id, by id, bytewise ascending; none means that there are no more. */
export type BookPages<T> = (after: string, limit: number) => Promise<readonly T[]>

export type IdentifiedOrder = { readonly orderId: string; readonly order: OrderBook }

/** An order that was paid, and the cart it was made of. */
export type TakenQuestion = {
  readonly orderId: string
  readonly cartId: string
  readonly cartKey: string
}

/** What the other stores say. Sources: product, payment (and its provider), cart; each other service's backlog. */
export type RemoteBooks = {
  readonly holds: BookPages<HoldBook>
  readonly payments: BookPages<PaymentBook>
  readonly provider: BookPages<ProviderBook>
  /** False: the provider keeps no ledger that can be paged by order. */
  readonly providerKnown: () => Promise<boolean>
  readonly stock: BookPages<StockBook>
  /** @returns ids of the orders whose goods still lie in their carts */
  readonly leftInCarts: (questions: readonly TakenQuestion[]) => Promise<ReadonlySet<string>>
  readonly backlogs: () => Promise<readonly BacklogBook[]>
}

/** What a batch of the check has come to. `upTo`: all ids to here have been looked at. */
type BookProgress = {
  readonly open: readonly string[]
  readonly closed: readonly string[]
  readonly upTo: string | undefined
}

/** This service's own rows, each page read in one snapshot. */
export type OwnBooks = {
  readonly page: BookPages<IdentifiedOrder>
  readonly byIds: (ids: readonly string[]) => Promise<readonly IdentifiedOrder[]>
  /** Orders that idempotency keys made before a moment name, and that are not there. */
  readonly lost: (before: Date) => Promise<readonly string[]>
  readonly backlog: () => Promise<BacklogBook>
  /** @throws DomainError conflict `books_in_progress` */
  readonly alone: <T>(work: () => Promise<T>) => Promise<T>
  readonly marks: BookMarks
  /** Keeps what a check found for those who watch; the next one takes its place. */
  readonly remember: (report: BookReport) => Promise<void>
}

/**
 * How far the books agreed: at and below the watermark only the orders of a list are still open; whatever happens to
 * one of the others puts it on that list.
 */
export type BookMarks = {
  /** Puts closed orders that have changed since on the list. @returns the watermark, '' at first */
  readonly begin: (settledBefore: Date) => Promise<string>
  readonly open: (after: string, limit: number) => Promise<readonly string[]>
  readonly note: (progress: BookProgress) => Promise<void>
}

export type Books = {
  readonly own: OwnBooks
  readonly remote: RemoteBooks
  /** Waits until work under way has had time to arrive everywhere. */
  readonly moment: () => Promise<void>
}
