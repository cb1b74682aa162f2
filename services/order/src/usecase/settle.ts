import type { Clock } from '@micromart/kernel'
import { awaitingPayment, failed, paid, paidTooLate } from '../model/change.ts'
import type { Order } from '../model/order.ts'
import type { Background, Charge, Orders, Stock } from '../model/ports.ts'
import { cameToNothing } from '../model/status.ts'
import type { ClaimStock } from './claim-stock.ts'

/** Moves an order that waits for its payment to what the payment's outcome says. */
export type Settle = (order: Order, charge: Charge) => Promise<Order>

type Deps = {
  readonly stock: Stock
  readonly orders: Orders
  readonly background: Background
  readonly clock: Clock
}

/**
 * Used by the attempt, which has just charged, and by the sweeper, which has asked. Whoever comes second reads again;
 * money for an order that has ended goes back.
 */
export const settle = ({ stock, orders, background, clock }: Deps, claim: ClaimStock): Settle => {
  const again = async (before: Order, charge: Charge): Promise<Order> => {
    const order = (await orders.byId(before.id)) ?? before
    if (order.status === 'PENDING' || order.status === 'PAYMENT_PENDING') {
      return step(order, charge)
    }
    const owed = charge.outcome === 'captured' && cameToNothing(order.status)
    if (!owed || order.status === 'CANCELLED') return order // a cancelled order pays back anyway
    if (order.payment.status !== 'refund_pending' && order.payment.status !== 'refunded') {
      await orders.save(paidTooLate(order, clock.now()))
    }
    return order
  }

  const capture = async (order: Order, charge: Charge): Promise<Order> => {
    const saved = await orders.save(paid(order, clock.now()))
    if (!saved) return again(order, charge)
    background.run(() => claim(saved)) // the answer does not wait; the sweeper backs it up
    return saved
  }

  const fail = async (order: Order, charge: Charge): Promise<Order> => {
    await stock.release(order.id)
    const swept = order.status === 'PENDING' ? 'expired' : 'cancelled'
    const change =
      charge.outcome === 'declined'
        ? failed(order, 'declined', clock.now(), charge.code)
        : failed(order, swept, clock.now())
    return (await orders.save(change)) ?? again(order, charge)
  }

  const wait = async (order: Order, charge: Charge): Promise<Order> => {
    if (order.status === 'PAYMENT_PENDING') return order
    return (await orders.save(awaitingPayment(order, clock.now()))) ?? again(order, charge)
  }

  const step: Settle = (order, charge) => {
    switch (charge.outcome) {
      case 'captured':
        return capture(order, charge)
      case 'declined':
      case 'cancelled':
        return fail(order, charge)
      case 'unknown':
      case 'none':
        return wait(order, charge)
    }
  }
  return step
}
