import type { Clock, Ids, Log, Money } from '@micromart/kernel'
import type { Payment } from './payment.ts'
import type { Provider } from './provider.ts'
import type { Refund } from './refund.ts'

export type Payments = {
  readonly find: (orderId: string) => Promise<Payment | undefined>
  /** Keeps the first payment of an order; answers the one that is kept. */
  readonly add: (payment: Payment) => Promise<Payment>
  /**
   * Writes a moved payment, and its event, unless another call moved it meanwhile.
   * @returns false then: read again and decide anew
   */
  readonly save: (moved: Payment) => Promise<boolean>
}

export type Refunds = {
  /**
   * Reserves a refund out of what was captured; a repeat answers the first.
   * @throws RefundExceedsCapture, AmountMismatch
   */
  readonly reserve: (refund: {
    readonly id: string
    readonly payment: Payment
    readonly amount: Money
  }) => Promise<Refund>
  /** Notes the provider's confirmation, once, with its event. */
  readonly confirm: (refund: Refund, payment: Payment) => Promise<void>
}

export type Ports = {
  readonly payments: Payments
  readonly refunds: Refunds
  readonly provider: Provider
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}
