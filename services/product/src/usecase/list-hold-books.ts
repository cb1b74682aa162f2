import { type BooksPage, type HoldBook, holdBooksPage } from '../model/books.ts'
import type { Books } from '../model/ports.ts'

/** Holds with their lines, by order id. @throws RequestInvalid */
export const listHoldBooks =
  ({ books }: { readonly books: Books }) =>
  async (page: BooksPage): Promise<readonly HoldBook[]> =>
    books.holds(holdBooksPage(page))
