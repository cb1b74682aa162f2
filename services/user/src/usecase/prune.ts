import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'sessions' | 'failures' | 'clock' | 'log'>

/** Deletes what has no use any more: sessions past their last day, failures that count no more. */
export const prune =
  ({ sessions, failures, clock, log }: Deps) =>
  async (): Promise<void> => {
    const now = clock.now()
    const ended = await sessions.prune(now)
    const forgotten = await failures.prune(now)
    if (ended + forgotten > 0) log.debug({ ended, forgotten }, 'pruned')
  }
