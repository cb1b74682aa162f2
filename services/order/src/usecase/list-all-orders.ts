import type { Page } from '@micromart/kernel'
import type { Order } from '../model/order.ts'
import type { OrderFilter, Orders, PageRequest } from '../model/ports.ts'

/** Everybody's orders, newest first, for staff. @throws DomainError invalid `cursor_invalid` */
export const listAllOrders =
  ({ orders }: { readonly orders: Orders }) =>
  (filter: Omit<OrderFilter, 'userId'>, page: PageRequest): Promise<Page<Order>> =>
    orders.list(filter, page)
