import { topics } from '@micromart/contracts'
import { PaymentFailed, PaymentRefunded, PaymentSettled } from '@micromart/contracts/events'
import type { NewEvent } from '@micromart/store'
import type { Payment } from '../model/payment.ts'
import type { Refund } from '../model/refund.ts'

type Fact = Pick<NewEvent, 'topic' | 'aggregateId' | 'payload'>

/** What a move tells the world; cancelling a payment that was never charged is nobody's news. */
export const factOf = ({ id, orderId, status, ...of }: Payment): Fact | undefined => {
  const ids = { paymentId: id, orderId }
  if (status === 'captured') {
    const payload = PaymentSettled.toJSON({ ...ids, amount: of.amount, late: false })
    return { topic: topics.paymentSettled, aggregateId: id, payload }
  }
  if (status === 'declined' || (status === 'cancelled' && of.amount !== undefined)) {
    const payload = PaymentFailed.toJSON({ ...ids, declineCode: of.declineCode ?? 'cancelled' })
    return { topic: topics.paymentFailed, aggregateId: id, payload }
  }
  return undefined
}

/** Money that came after the payment had ended. */
export const lateFact = ({ id, orderId }: Payment, { amount }: Refund): Fact => ({
  topic: topics.paymentSettled,
  aggregateId: id,
  payload: PaymentSettled.toJSON({ paymentId: id, orderId, amount, late: true }),
})

export const refundFact = ({ id, paymentId, amount }: Refund, orderId: string): Fact => ({
  topic: topics.paymentRefunded,
  aggregateId: paymentId,
  payload: PaymentRefunded.toJSON({ paymentId, orderId, refundId: id, amount }),
})
