import { topics } from '@micromart/contracts'
import { UserErased } from '@micromart/contracts/events'
import { DomainError, isId } from '@micromart/kernel'
import type { TopicHandlers } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'

/** What order listens to. */
export const orderTopics = (use: UseCases): TopicHandlers => ({
  [topics.userErased]: async ({ id, payload }) => {
    const { userId } = UserErased.fromJSON(payload)
    if (!isId(userId)) throw new DomainError('invalid', 'user_id_invalid')
    await use.forgetShopper(userId, id)
  },
})
