import type { Page } from '@micromart/kernel'
import type { Order } from '../model/order.ts'
import type { Orders, PageRequest } from '../model/ports.ts'

/** A member's own orders, newest first. @throws DomainError invalid `cursor_invalid` */
export const listOrders =
  ({ orders }: { readonly orders: Orders }) =>
  (userId: string, page: PageRequest): Promise<Page<Order>> =>
    orders.list({ userId }, page)
