import type { Money } from '@micromart/kernel'

export type Refund = {
  /** Chosen by the order service: the key of its repeats. */
  readonly id: string
  readonly paymentId: string
  readonly amount: Money
  /** The provider has confirmed it. */
  readonly done: boolean
}
