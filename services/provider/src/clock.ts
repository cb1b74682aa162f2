import type { Log } from '@micromart/kernel'
import { startSweeper } from '@micromart/store'
import type { UseCases } from './usecase/index.ts'

/** Work that nobody asks for: charges end by themselves, notices go out. */
export type ProviderClock = AsyncDisposable & {
  /** A notice waits. */
  readonly wake: () => void
}

const hourMs = 3_600_000

type Work = Pick<UseCases, 'endDue' | 'sendNotices' | 'pruneNotices'>

export const startClock = (work: Work, log: Log): ProviderClock => {
  const running = new AsyncDisposableStack()
  const every = (name: string, everyMs: number, run: () => Promise<void>) =>
    running.use(startSweeper({ name, everyMs, run, log }))
  every('due charges', 300, work.endDue)
  every('old notices', hourMs, work.pruneNotices)
  let isQueued = false
  const sender = every('notices', 500, async () => {
    isQueued = false
    await work.sendNotices()
  })
  const wake = () => {
    if (isQueued) return
    isQueued = true
    sender.runNow().catch((cause: unknown) => log.error({ cause }, 'notices were not sent'))
  }
  return { wake, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
