import type { Balances } from './ledger.ts'
import type { Payment } from './payment.ts'

/** What the books compare of one payment: its state beside the sums of its ledger. */
export type PaymentBook = Omit<Balances, 'authorised'> &
  Pick<Payment, 'orderId' | 'provider' | 'status' | 'updatedAt'> & {
    readonly paymentId: string
    /** Empty before a charge gave it one. */
    readonly currency: string
    /** Sum of the refunds that the provider has not confirmed. */
    readonly refundsOpen: bigint
  }
