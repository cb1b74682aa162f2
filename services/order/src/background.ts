import { setTimeout as pause } from 'node:timers/promises'
import { runInContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'
import type { Background } from './model/ports.ts'

/** Stopping does not wait longer for one piece of work: the sweeper finishes it after the next start. */
const graceMs = 5_000

/** Work behind answers, in its request's trace but not under its deadline. Disposing waits for what runs. */
export const startBackground = (log: Log): Background & AsyncDisposable => {
  const running = new Set<Promise<unknown>>()

  const track = <T>(work: () => Promise<T>): Promise<T> => {
    const done = runInContext({}, work)
    running.add(done)
    const forget = () => running.delete(done)
    done.then(forget, forget)
    return done
  }

  return {
    run: (work) => {
      track(work).catch((cause: unknown) => log.warn({ cause }, 'left to the sweeper'))
    },
    within: async <T>(milliseconds: number, work: () => Promise<T>) => {
      const patience = new AbortController()
      const timeout = pause(milliseconds, undefined, { signal: patience.signal })
      try {
        return await Promise.race([track(work), timeout.catch(() => undefined)])
      } finally {
        patience.abort()
      }
    },
    [Symbol.asyncDispose]: async () => {
      const grace = new AbortController()
      const late = pause(graceMs, undefined, { signal: grace.signal }).catch(() => undefined)
      await Promise.race([Promise.allSettled(running), late])
      grace.abort()
    },
  }
}
