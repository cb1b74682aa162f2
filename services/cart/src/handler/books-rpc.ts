import type { CartBooksServiceServer, ListTakenRequest } from '@micromart/contracts/cart'
import { DomainError } from '@micromart/kernel'
import { unary } from '@micromart/service'
import { z } from 'zod'
import type { UseCases } from '../usecase/index.ts'
import { cartKey } from './events.ts'

/** The most orders of one question. */
const mostOrders = 200

const query = z.object({ orderId: z.uuid(), cartKey, cartId: z.uuid() })
const queries = z.array(query).max(mostOrders)

/** @throws DomainError invalid `orders_invalid` */
const ordersOf = ({ orders }: ListTakenRequest) => {
  const read = queries.safeParse(orders)
  if (read.success) return read.data
  throw new DomainError('invalid', 'orders_invalid', {}, { cause: read.error })
}

/** What the books ask of the carts. */
export const cartBooksRpc = (use: Pick<UseCases, 'listNotTaken'>): CartBooksServiceServer => ({
  listTaken: unary(async (request) => ({
    notTakenOrderIds: [...(await use.listNotTaken(ordersOf(request)))],
  })),
})
