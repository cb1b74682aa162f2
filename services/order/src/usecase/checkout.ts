import type { Clock, Log } from '@micromart/kernel'
import { compareMoney, DomainError, type Money } from '@micromart/kernel'
import { type Failure, failed, priced, rejected } from '../model/change.ts'
import {
  IdempotencyInProgress,
  OutOfStock,
  PaymentUnavailable,
  PriceChanged,
} from '../model/errors.ts'
import type { KeyRef } from '../model/idempotency.ts'
import type { Order } from '../model/order.ts'
import type { Background, Keys, Orders, Payments, Stock } from '../model/ports.ts'
import type { Shortage } from '../model/stock.ts'
import { giveUp } from './give-up.ts'
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

/** Prices are written before anybody charges: an order that comes with them has had an attempt before this one. */
const mayBeCharged = ({ holdUntil }: Order): boolean => holdUntil !== undefined

/**
 * The steps of a checkout. Each can be repeated; the PENDING row is their undo, registered before them: what a crash
 * leaves held, the sweeper frees.
 */
export const checkout = (deps: Deps, settle: Settle): Checkout => {
  const { stock, payments, orders, keys, clock, log } = deps
  const giveUpOn = giveUp(deps, settle)

  const fail = (order: Order, why: Failure, refusal: unknown, charged: boolean) => {
    const change = failed(order, why, clock.now())
    return giveUpOn(order, { change, refusal, holds: true, mayBeCharged: charged })
  }

  /** Somebody else went on with the order, or ended it. */
  const elsewhere = async ({ id }: Order): Promise<Order> => {
    const order = await orders.byId(id)
    if (!order || order.status === 'PENDING') throw new IdempotencyInProgress()
    return order
  }

  const refuse = async (order: Order, shortages: readonly Shortage[]): Promise<Order> => {
    if (shortages.length > 0) {
      const change = rejected(order, shortages, clock.now())
      const refusal = new OutOfStock(shortages)
      return giveUpOn(order, { change, refusal, holds: false, mayBeCharged: mayBeCharged(order) })
    }
    // The hold was released: the order has ended, or was about to when its attempt crashed.
    const now = (await orders.byId(order.id)) ?? order
    if (now.status !== 'PENDING') return now
    return fail(now, 'expired', new DomainError('unavailable', 'dependency_unavailable'), true)
  }

  /**
   * Goods and payment in parallel: opening a payment charges nothing.
   * @returns the order with its prices; or as it ended, when it can't be charged
   */
  const reserve = async (order: Order): Promise<Order> => {
    const [hold, opened] = await Promise.allSettled([
      stock.hold(order.id, order.lines),
      payments.open(order.id),
    ])
    if (hold.status === 'rejected') {
      return fail(order, 'unavailable', hold.reason, mayBeCharged(order))
    }
    if (!hold.value.held) return refuse(order, hold.value.shortages)
    if (opened.status === 'rejected') {
      const refusal = new PaymentUnavailable(opened.reason)
      return fail(order, 'unavailable', refusal, mayBeCharged(order))
    }
    return (await orders.save(priced(order, hold.value, clock.now()))) ?? elsewhere(order)
  }

  const buy = async (order: Order, { payment, expectedTotal }: Wish): Promise<Order> => {
    const reserved = await reserve(order)
    if (reserved.status !== 'PENDING') return reserved
    const { total } = reserved.totals
    if (differs(total, expectedTotal)) {
      return fail(reserved, 'price_changed', new PriceChanged(total), mayBeCharged(order))
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
