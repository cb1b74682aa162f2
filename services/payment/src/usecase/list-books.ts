import type { PaymentBook } from '../model/book.ts'
import type { Ports } from '../model/ports.ts'
import type { ProviderBooks } from '../model/provider.ts'
import { patience } from './patience.ts'

export type BooksQuery = {
  /** Exclusive. */
  readonly afterOrderId: string
  readonly limit: number
  readonly deadline: Date | undefined
}

/** Our own side of the money, by order id. */
export const listPaymentBooks =
  ({ books }: Pick<Ports, 'books'>) =>
  ({ afterOrderId, limit }: BooksQuery): Promise<readonly PaymentBook[]> =>
    books.page(afterOrderId, limit)

/**
 * The provider's side of it, by our order id.
 * @throws ProviderUnavailable
 */
export const listProviderBooks =
  ({ provider, clock }: Pick<Ports, 'provider' | 'clock'>) =>
  ({ afterOrderId, limit, deadline }: BooksQuery): Promise<ProviderBooks> =>
    provider.books(afterOrderId, limit, patience(clock, deadline))
