import type { Clock, Log } from '@micromart/kernel'
import { compareMoney, DomainError, type Money } from '@micromart/kernel'
import { type Failure, failed, priced, rejected } from '../model/change.ts'
import { OutOfStock, PaymentUnavailable, PriceChanged } from '../model/errors.ts'
import type { KeyRef } from '../model/idempotency.ts'
import type { Order } from '../model/order.ts'
import type { Background, Keys, Orders, Payments, Stock } from '../model/ports.ts'
import type { Shortage } from '../model/stock.ts'
import type { Settle } from './settle.ts'

/** What of the request the checkout needs beside its PENDING order. */
type Wish = {
  readonly key: KeyRef
  readonly payment: { readonly token: string }
  readonly expectedTotal: Money | undefined
}

/** Takes a PENDING order, new or left by a crash, through hold, price, charge. */
export type Checkout = (order: Order, wish: Wish, lockedUntil: Date) => Promise<Order>

type Deps = {
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly keys: Keys
  readonly background: Background
  readonly clock: Clock
  readonly log: Log
}

const differs = (total: Money, expected: Money | undefined): boolean =>
  expected !== undefined &&
  (expected.currency !== total.currency || compareMoney(total, expected) !== 0)

/**
 * The steps of a checkout. Each can be repeated; the PENDING row is their undo, registered before them: what a crash
 * leaves held, the sweeper frees.
 */
export const checkout = (
  { stock, payments, orders, keys, background, clock, log }: Deps,
  settle: Settle,
): Checkout => {
  const cancelPayment = ({ id }: Order) => background.run(() => payments.cancel(id))

  /** Ends an order on which nothing was charged. What cannot be released now, the sweeper releases. */
  const giveUp = async (order: Order, why: Failure, refusal: unknown): Promise<never> => {
    try {
      await stock.release(order.id)
    } catch (cause) {
      log.warn({ cause, orderId: order.id }, 'release left to the sweeper')
      throw new DomainError('unavailable', 'dependency_unavailable', {}, { cause })
    }
    await orders.save(failed(order, why, clock.now()))
    cancelPayment(order)
    throw refusal
  }

  /**
   * Goods and payment in parallel: opening a payment charges nothing.
   * @returns undefined when the order is no longer this attempt's: the sweeper ended it
   */
  const reserve = async (order: Order): Promise<Order | undefined> => {
    const [hold, opened] = await Promise.allSettled([
      stock.hold(order.id, order.lines),
      payments.open(order.id),
    ])
    if (hold.status === 'rejected') return giveUp(order, 'unavailable', hold.reason)
    if (!hold.value.held) return refuse(order, hold.value.shortages)
    if (opened.status === 'rejected') {
      return giveUp(order, 'unavailable', new PaymentUnavailable(opened.reason))
    }
    return orders.save(priced(order, hold.value, clock.now()))
  }

  const refuse = async (order: Order, shortages: readonly Shortage[]) => {
    if (shortages.length === 0) return undefined // the hold was released
    const saved = await orders.save(rejected(order, shortages, clock.now()))
    if (!saved) return undefined
    cancelPayment(order)
    throw new OutOfStock(shortages)
  }

  const buy = async (order: Order, { payment, expectedTotal }: Wish): Promise<Order> => {
    const reserved = await reserve(order)
    if (!reserved) return (await orders.byId(order.id)) ?? order
    const { total } = reserved.totals
    if (differs(total, expectedTotal)) {
      return giveUp(reserved, 'price_changed', new PriceChanged(total))
    }
    return settle(reserved, await payments.charge(order.id, total, payment.token))
  }

  return async (order, wish, lockedUntil) => {
    try {
      return await buy(order, wish)
    } catch (error) {
      await keys.unlock(wish.key, lockedUntil).catch((cause: unknown) => {
        log.warn({ cause, orderId: order.id }, 'key left locked') // until its lock time has passed
      })
      throw error
    }
  }
}
