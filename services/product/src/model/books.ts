import { isId } from '@micromart/kernel'
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
const longestSku = 100

const checkLimit = (limit: number): number => {
  if (limit >= 1 && limit <= mostPerPage) return limit
  throw new RequestInvalid('/limit', 'out_of_range', `is from 1 to ${mostPerPage}`)
}

/** @throws RequestInvalid */
export const holdBooksPage = ({ after, limit }: BooksPage): BooksPage => {
  if (after === '' || isId(after)) return { after: after.toLowerCase(), limit: checkLimit(limit) }
  throw new RequestInvalid('/afterOrderId', 'order_id_invalid', 'is not an id')
}

/** @throws RequestInvalid */
export const stockBooksPage = ({ after, limit }: BooksPage): BooksPage => {
  if (after.length <= longestSku) return { after, limit: checkLimit(limit) }
  throw new RequestInvalid('/afterSku', 'too_long', `has at most ${longestSku} characters`)
}
