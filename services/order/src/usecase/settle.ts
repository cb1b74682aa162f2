import type { Clock } from '@micromart/kernel'
import {
  awaitingPayment,
  type Failure,
  failed,
  isAwaiting,
  paid,
  type Waiting,
} from '../model/change.ts'
import type { Order } from '../model/order.ts'
import type { Background, Charge, Orders, Stock } from '../model/ports.ts'
import { paidTooLate } from '../model/refund-change.ts'
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

/** A payment that was cancelled without a word of the provider's. */
const unpaidBecause = ({ status, payment }: Order): Failure => {
  if (status === 'PENDING') return 'expired'
  return payment.status === 'requires_action' ? 'abandoned' : 'cancelled'
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
    const isKnown = ['refund_pending', 'refunded', 'refund_refused'].includes(order.payment.status)
    if (!isKnown) await orders.save(paidTooLate(order, clock.now()))
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
    const change =
      charge.outcome === 'declined'
        ? failed(order, 'declined', clock.now(), charge.code)
        : failed(order, unpaidBecause(order), clock.now())
    return (await orders.save(change)) ?? again(order, charge)
  }

  const wait = async (order: Order, charge: Waiting): Promise<Order> => {
    if (isAwaiting(order, charge)) return order
    return (await orders.save(awaitingPayment(order, charge, clock.now()))) ?? again(order, charge)
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
      case 'pending':
      case 'requires_action':
        return wait(order, charge)
    }
  }
  return step
}
