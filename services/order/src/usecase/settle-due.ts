import type { Clock, Log } from '@micromart/kernel'
import { holdExtended } from '../model/change.ts'
import { after, limits } from '../model/limits.ts'
import type { Order } from '../model/order.ts'
import type { Attended, Charge, Orders, Payments, Stock } from '../model/ports.ts'
import type { ClaimStock } from './claim-stock.ts'
import type { PayOut } from './pay-out.ts'
import type { Settle } from './settle.ts'

type Deps = {
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly attended: Attended
  readonly clock: Clock
  readonly log: Log
}

type Steps = {
  readonly settle: Settle
  readonly claim: ClaimStock
  readonly payOut: PayOut
}

const batch = 20

/**
 * The sweeper: finishes or undoes what a crash, a silent provider or a service that was away has left behind.
 * A failed step is tried again after the order's pause.
 */
export const settleDue = (
  { stock, payments, orders, attended, clock, log }: Deps,
  { settle, claim, payOut }: Steps,
) => {
  const isOver = (order: Order) => clock.now() > after(order.createdAt, limits.paymentPending)

  /** The shopper was asked to approve the payment, and has let the time pass. */
  const isAbandoned = ({ payment: { status, nextAction } }: Order) =>
    status === 'requires_action' && nextAction !== undefined && clock.now() >= nextAction.expiresAt

  /** Nothing asked of the provider, or nothing heard for too long: end it, so that a late charge finds it ended. */
  const outcomeOf = async (order: Order): Promise<Charge> => {
    const isUp = order.status === 'PENDING' || isOver(order) || isAbandoned(order)
    if (isUp) return payments.cancel(order.id)
    const charge = await payments.outcome(order.id)
    return charge.outcome === 'none' ? payments.cancel(order.id) : charge
  }

  const keepHold = async (order: Order): Promise<void> => {
    const now = clock.now()
    const renewal = after(now, limits.holdRenewal)
    if (isOver(order) || (order.holdUntil && order.holdUntil > renewal)) return
    await stock.extend(order.id)
    await orders.save(holdExtended(order, after(now, limits.hold)))
  }

  const resolve = async (order: Order): Promise<void> => {
    const settled = await settle(order, await outcomeOf(order))
    if (settled.status === 'PAYMENT_PENDING') await keepHold(settled)
  }

  /** A refund does not wait for a claim that fails. */
  const claimed = (order: Order): Promise<void> => {
    if (order.openRefund === undefined) return claim(order)
    return claim(order).catch((cause: unknown) => {
      log.warn({ cause, orderId: order.id }, 'claim left to the next sweep')
    })
  }

  const attend = async (order: Order): Promise<unknown> => {
    if (order.status === 'PENDING' || order.status === 'PAYMENT_PENDING') return resolve(order)
    if (order.status === 'PAID' && !order.stockClaimed) await claimed(order)
    if (order.openRefund !== undefined) await payOut((await orders.byId(order.id)) ?? order)
    return undefined
  }

  return async (): Promise<void> => {
    for (;;) {
      const due = await orders.takeDue(clock.now(), batch)
      await Promise.all(
        due.map((order) =>
          attended(order, () => attend(order)).catch((cause: unknown) => {
            const { id: orderId, status, tries } = order
            log.warn({ cause, orderId, status, tries }, 'order could not be settled yet')
          }),
        ),
      )
      if (due.length < batch) return
    }
  }
}
