import type { ChangesSinceRequest, ChangesSinceResponse } from '@micromart/contracts/product'
import type { Clock, Log } from '@micromart/kernel'
import type { CatalogueCache } from './catalogue-cache.ts'

type Deps = {
  readonly changesSince: (request: ChangesSinceRequest) => Promise<ChangesSinceResponse>
  readonly cache: CatalogueCache
  readonly clock: Clock
  readonly log: Log
  readonly everyMs?: number
}

/**
 * Asks product twice a second what changed. A failed question says nothing: the cache stops serving by itself when
 * the last good answer is 2 s old, and the cursor makes sure that nothing is missed afterwards.
 */
export const followChanges = ({ changesSince, cache, clock, log, everyMs = 500 }: Deps) => {
  let cursor = ''
  let isBlind = false
  let timer: NodeJS.Timeout | undefined
  let isStopped = false

  const ask = async (): Promise<void> => {
    const asOf = clock.now()
    const answer = await changesSince({ cursor })
    // The first answer names the present place and no changes: what was cached before it is unknown.
    cache.learn(answer.changes, answer.reset || cursor === '', asOf)
    cursor = answer.cursor
  }
  const report = (cause?: unknown): void => {
    if (cause !== undefined && !isBlind) log.warn({ cause }, 'catalogue changes are not to be had')
    if (cause === undefined && isBlind) log.info({}, 'catalogue changes are known again')
    isBlind = cause !== undefined
  }
  const round = async (): Promise<void> => {
    await ask().then(() => report(), report)
    if (!isStopped) timer = setTimeout(() => void round(), everyMs)
  }
  let running = round()
  return {
    /** For tests: one question now. */
    askNow: async () => {
      running = ask()
      await running
    },
    [Symbol.asyncDispose]: async () => {
      isStopped = true
      clearTimeout(timer)
      await running.catch(() => {})
    },
  }
}
