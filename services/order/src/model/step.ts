import { formatAmount, minorDigits, type Money } from '@micromart/kernel'
import { after, limits } from './limits.ts'
import type { Order } from './order.ts'
import type { PaymentStatus } from './status.ts'
import { type Actor, happened, type TimelineEntry, type TimelineEvent } from './timeline.ts'

/** An amount in words, such as `19.99 EUR`. */
export const shown = ({ amount, currency }: Money): string =>
  `${formatAmount(amount, minorDigits(currency))} ${currency}`

type Step = {
  readonly at: Date
  readonly to: Order
  readonly payment?: PaymentStatus
  readonly dueIn?: number | undefined
}

/** The order as it is after a step: new times, and somebody who looks again, or nobody. */
export const stepped = ({ at, to, payment = to.payment.status, dueIn }: Step): Order => ({
  ...to,
  payment: { ...to.payment, status: payment },
  dueAt: dueIn === undefined ? undefined : after(at, dueIn),
  tries: 0,
  updatedAt: at,
})

/** In how long the sweeper looks at an order whose payment is settled: for its refund, for its claim, or never. */
export const attention = ({ openRefund, status, stockClaimed }: Order): number | undefined => {
  if (openRefund !== undefined) return limits.refund
  return status === 'PAID' && !stockClaimed ? limits.claim : undefined
}

export const entry = (
  order: Order,
  event: TimelineEvent,
  words?: string,
  actor?: Actor,
): TimelineEntry =>
  happened(event, {
    at: order.updatedAt,
    status: order.status,
    ...(words === undefined ? {} : { words }),
    ...(actor === undefined ? {} : { actor }),
  })
