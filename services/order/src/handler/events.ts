import { topics } from '@micromart/contracts'
import {
  PaymentFailed,
  PaymentRefunded,
  PaymentSettled,
  UserErased,
} from '@micromart/contracts/events'
import { DomainError, isId } from '@micromart/kernel'
import type { TopicHandlers } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'

const idOf = (id: string, code: string): string => {
  if (!isId(id)) throw new DomainError('invalid', code)
  return id
}

/** What order listens to. Events about money decide nothing: they have payment asked at once. */
export const orderTopics = (use: UseCases): TopicHandlers => {
  const hasten = (orderId: string, eventId: string) =>
    use.hastenOrder(idOf(orderId, 'order_id_invalid'), eventId)
  return {
    [topics.paymentSettled]: async ({ id, payload }) => {
      const { orderId, late } = PaymentSettled.fromJSON(payload)
      await hasten(orderId, id)
      if (late) await use.hearRefund(undefined)
    },
    [topics.paymentFailed]: async ({ id, payload }) => {
      await hasten(PaymentFailed.fromJSON(payload).orderId, id)
    },
    [topics.paymentRefunded]: async ({ id, payload }) => {
      const { orderId, refundId } = PaymentRefunded.fromJSON(payload)
      await hasten(orderId, id)
      await use.hearRefund(idOf(refundId, 'refund_id_invalid'))
    },
    [topics.userErased]: async ({ id, payload }) => {
      const { userId } = UserErased.fromJSON(payload)
      await use.eraseShopper(idOf(userId, 'user_id_invalid'), id)
    },
  }
}
