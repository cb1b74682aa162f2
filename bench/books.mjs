import { setTimeout as pause } from 'node:timers/promises'
import { readBooks } from '../scripts/lib/shop/books.mjs'

/** What changed within the last 30 s is work under way to the books: all that was measured must be older. */
const settledMs = 32_000

/**
 * Whether every order that was measured is booked alike in all stores.
 * @throws when not: a fast run that breaks an invariant is a failed run
 */
export const requireBooks = async (shop, account) => {
  await pause(settledMs)
  const books = await readBooks({ gateway: shop.url, account, full: true })
  if (books.consistent) return books
  const broken = books.invariants.filter(({ holds }) => !holds)
  throw new Error(`void: the books do not agree: ${JSON.stringify(broken).slice(0, 2000)}`)
}
