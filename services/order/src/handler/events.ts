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

type Told = { readonly fromJSON: (payload: unknown) => { readonly orderId: string } }

/** What order listens to. Events about money decide nothing: they have payment asked at once. */
export const orderTopics = (use: UseCases): TopicHandlers => {
  const hasten =
    (message: Told): TopicHandlers[string] =>
    async ({ id, payload }) => {
      const { orderId } = message.fromJSON(payload)
      await use.hastenOrder(idOf(orderId, 'order_id_invalid'), id)
    }
  return {
    [topics.paymentSettled]: hasten(PaymentSettled),
    [topics.paymentFailed]: hasten(PaymentFailed),
    [topics.paymentRefunded]: hasten(PaymentRefunded),
    [topics.userErased]: async ({ id, payload }) => {
      const { userId } = UserErased.fromJSON(payload)
      await use.forgetShopper(idOf(userId, 'user_id_invalid'), id)
    },
  }
}
