import { RequestInvalid } from './errors.ts'
import type { HoldStatus, StockLine } from './stock.ts'

/** What the books compare of one order's stock. A tombstone has no lines. */
export type HoldBook = {
  readonly orderId: string
  readonly status: HoldStatus
  readonly lines: readonly StockLine[]
  /** Units that came back from the sale, by sku. */
  readonly returned: readonly StockLine[]
  readonly expiresAt: Date
  readonly updatedAt: Date
}

/** A sku's counters and the sums that they must equal, all of one moment. */
export type StockBook = {
  readonly sku: string
  readonly onHand: number
  readonly held: number
  /** Sum of the ledger: must be on_hand. */
  readonly movements: number
  /** Sum of the live holds' lines: must be held. */
  readonly liveHolds: number
}

/** A page of books: what comes after a key, which itself is not in it. */
export type BooksPage = { readonly after: string; readonly limit: number }

const mostPerPage = 1_000
const longestKey = 100

/** @throws RequestInvalid */
export const booksPage = (page: BooksPage): BooksPage => {
  if (page.limit < 1 || page.limit > mostPerPage) {
    throw new RequestInvalid('/limit', 'out_of_range', `is from 1 to ${mostPerPage}`)
  }
  if (page.after.length > longestKey) {
    throw new RequestInvalid('/after', 'too_long', `has at most ${longestKey} characters`)
  }
  return page
}

/**
 * The key need not be an order's id: who wants to read one book again asks for what comes just before it.
 * @throws RequestInvalid
 */
export const holdBooksPage = (page: BooksPage): BooksPage => {
  if (/^[\x20-\x7e]*$/.test(page.after)) return booksPage(page)
  throw new RequestInvalid('/afterOrderId', 'not_ascii', 'is printable ASCII')
}
