import { type BooksPage, type StockBook, booksPage } from '../model/books.ts'
import type { Books } from '../model/ports.ts'

/** Skus with their counters and the sums that they must equal, by sku. @throws RequestInvalid */
export const listStockBooks =
  ({ books }: { readonly books: Books }) =>
  async (page: BooksPage): Promise<readonly StockBook[]> =>
    books.stock(booksPage(page))
