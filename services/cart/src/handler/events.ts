import { topics } from '@micromart/contracts'
import { UserErased } from '@micromart/contracts/events'
import { DomainError, isId } from '@micromart/kernel'
import type { TopicHandlers } from '@micromart/service'
import { z } from 'zod'
import type { PaidOrder } from '../model/bought.ts'
import type { CartKey } from '../model/cart.ts'
import type { UseCases } from '../usecase/index.ts'

/** The form of a cart's key, from whoever names one. */
export const cartKey = z.custom<CartKey>(
  (key) => typeof key === 'string' && /^(member:[\w.:-]{1,128}|guest:[0-9a-f]{64})$/.test(key),
)

/** micromart.events.v1.OrderPaid as JSON, as far as the cart reads it; proto's JSON leaves out what is empty. */
const orderPaid = z.object({
  orderId: z.uuid(),
  cartId: z.uuid(),
  cartKey,
  lines: z
    .array(z.object({ sku: z.string().min(1), quantity: z.int().min(0).default(0) }))
    .default([]),
})

/** @throws DomainError invalid `event_invalid`: a payload that no delivery will make good goes to the dead letters */
const paidOrderOf = (payload: unknown): PaidOrder => {
  const read = orderPaid.safeParse(payload)
  if (read.success) return read.data
  throw new DomainError('invalid', 'event_invalid', {}, { cause: read.error })
}

/** @throws DomainError invalid `user_id_invalid` */
const erasedUserOf = (payload: unknown): string => {
  const { userId } = UserErased.fromJSON(payload)
  if (!isId(userId)) throw new DomainError('invalid', 'user_id_invalid')
  return userId
}

/** Topic to use case. */
export const cartTopics = (use: Pick<UseCases, 'takeBought' | 'eraseShopper'>): TopicHandlers => ({
  [topics.orderPaid]: ({ payload }) => use.takeBought(paidOrderOf(payload)),
  [topics.userErased]: async ({ payload }) => {
    await use.eraseShopper(erasedUserOf(payload))
  },
})
