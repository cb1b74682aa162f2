import { setTimeout as pause } from 'node:timers/promises'
import { runInContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'

/** Stopping does not wait longer for one piece of work: a sweeper finishes it after the next start. */
const graceMs = 5_000

/** Work that an answer does not wait for; what it leaves undone by an error or an end of the process, a sweeper has to see to. */
type Background = {
  /** Begins work and does not wait; its error is logged as a warning. */
  readonly run: (work: () => Promise<unknown>) => void
  /** Begins work and waits for it. @returns undefined when it takes longer, in ms: it goes on */
  readonly within: <T>(milliseconds: number, work: () => Promise<T>) => Promise<T | undefined>
}

/** Work behind answers, in its request's trace but not under its deadline. Disposing waits for what runs, at most 5 s. */
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
