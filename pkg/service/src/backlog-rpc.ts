import type { BacklogServiceServer } from '@micromart/contracts/ops'
import type { Backlog } from '@micromart/kernel'
import { unary } from './unary.ts'

/** Tells how far the service is behind. */
export const backlogRpc = (read: () => Promise<Backlog>): BacklogServiceServer => ({
  getBacklog: unary(async () => {
    const { unsent, oldestUnsentAt, openDeadLetters, abandonedKeys } = await read()
    return {
      unsent: BigInt(unsent),
      oldestUnsentAt,
      openDeadLetters: BigInt(openDeadLetters),
      abandonedKeys: BigInt(abandonedKeys),
    }
  }),
})
