import { PaymentNotWaiting } from '../model/errors.ts'
import { openedBy, type Order, type Viewer } from '../model/order.ts'
import type { Orders, Payments } from '../model/ports.ts'
import type { Settle } from './settle.ts'

type Deps = { readonly orders: Orders; readonly payments: Payments }

/**
 * Goes on after the shopper was asked to approve the payment. A payment that a webhook or the sweeper has settled meanwhile
 * is an answer, not an error: the shopper came back a little later.
 * @throws OrderNotFound; PaymentNotWaiting when the shopper was never asked
 */
export const continuePayment =
  ({ orders, payments }: Deps, settle: Settle) =>
  async (id: string, viewer: Viewer): Promise<Order> => {
    const order = openedBy(await orders.byId(id), viewer)
    if (!order.payment.nextAction) throw new PaymentNotWaiting()
    if (order.status !== 'PAYMENT_PENDING' || order.payment.status !== 'requires_action') {
      return order
    }
    return settle(order, await payments.proceed(order.id))
  }
