import type { Acting, Clock, Ids, Log, Money } from '@micromart/kernel'
import type { PaymentBook } from './book.ts'
import type { Account, Change } from './account.ts'
import type { ProviderNotice } from './notice.ts'
import type { Payment, PaymentStatus } from './payment.ts'
import type { Provider } from './provider.ts'
import type { ForeignMark, ForeignRefund, Refund } from './refund.ts'

export type Payments = {
  readonly find: (orderId: string) => Promise<Payment | undefined>
  /** Of the orders that have one. */
  readonly of: (orderIds: readonly string[]) => Promise<readonly Payment[]>
  /** Keeps the first payment of an order; answers the one that is kept. */
  readonly add: (payment: Payment) => Promise<Payment>
  /**
   * Writes a moved payment with its ledger entries and its event, unless another call moved it meanwhile.
   * @returns false then: read again and decide anew
   */
  readonly save: (moved: Payment, from: PaymentStatus) => Promise<boolean>
}

export type Refunds = {
  /**
   * Reserves a refund out of what was captured, and says in the audit log who asked; a repeat answers the first.
   * @throws RefundExceedsCapture, AmountMismatch
   */
  readonly reserve: (refund: {
    readonly id: string
    readonly payment: Payment
    readonly amount: Money
    readonly by: Acting
  }) => Promise<Refund>
  /** Notes the provider's confirmation, once, with its ledger entries and its event. */
  readonly confirm: (refund: Refund) => Promise<void>
  /** Notes the provider's refusal and frees what was reserved. @returns false when it had an outcome already */
  readonly refuse: (refund: Refund) => Promise<boolean>
  /** Those that no order asked for, after a mark, oldest first. */
  readonly foreign: (
    after: ForeignMark | undefined,
    limit: number,
  ) => Promise<readonly ForeignRefund[]>
  /** Takes refunds of late captures that are due, and has them due again after their pause: replicas never take the same. */
  readonly takeDue: (most: number) => Promise<readonly DueRefund[]>
}

/** A refund that this service has to see through, with the charge that it is of. */
export type DueRefund = { readonly refund: Refund; readonly chargeId: string | undefined }

export type Notices = {
  /**
   * Notes the notice's id and writes what it changes in one transaction, with the payment locked.
   * @returns whether it was the first of its id and changed something
   */
  readonly receive: (
    notice: ProviderNotice,
    provider: string,
    decide: (account: Account) => Change | undefined,
  ) => Promise<boolean>
}

export type Books = {
  /** Payments by order id, bytewise ascending. */
  readonly page: (afterOrderId: string, limit: number) => Promise<readonly PaymentBook[]>
}

export type Ports = {
  readonly payments: Payments
  readonly refunds: Refunds
  readonly notices: Notices
  readonly books: Books
  readonly provider: Provider
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}
