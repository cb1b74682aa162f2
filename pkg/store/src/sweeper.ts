import { counter, observe } from '@micromart/contracts/telemetry'
import type { Log } from '@micromart/kernel'

type SweeperOptions = {
  readonly name: string
  readonly everyMs: number
  readonly run: () => Promise<void>
  readonly log: Log
}

/** Work that is done again and again until disposed; disposing waits for the run under way. */
export type Sweeper = AsyncDisposable & {
  /** Runs once, now, after the run under way; its error comes out here. */
  readonly runNow: () => Promise<void>
}

/** The run with its outcomes counted, and the moment of the last good one told. */
const watched = (sweeper: string, run: () => Promise<void>) => {
  const sweeps = counter('micromart_sweeps_total')
  for (const outcome of ['done', 'failed'] as const) sweeps.add(0, { sweeper, outcome })
  let lastSuccess = Date.now()
  const watch = observe('micromart_sweep_last_success_timestamp_seconds', (tell) =>
    tell(lastSuccess / 1_000, { sweeper }),
  )
  return {
    watch,
    run: async (): Promise<void> => {
      try {
        await run()
        lastSuccess = Date.now()
        sweeps.add(1, { sweeper, outcome: 'done' })
      } catch (error) {
        sweeps.add(1, { sweeper, outcome: 'failed' })
        throw error
      }
    },
  }
}

/** Runs of one sweeper never overlap. A failed run is logged, and the next one comes at its time. */
export const startSweeper = ({ name, everyMs, run, log }: SweeperOptions): Sweeper => {
  const work = watched(name, run)
  let last: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const runNow = (): Promise<void> => {
    const next = last.then(work.run)
    last = next.catch(() => undefined)
    return next
  }
  // Replicas that started together must not sweep together.
  const delay = () => everyMs * (0.8 + Math.random() * 0.4)
  const tick = async () => {
    await runNow().catch((cause: unknown) => log.error({ cause, sweeper: name }, 'sweep failed'))
    if (!stopped) timer = setTimeout(() => void tick(), delay())
  }
  timer = setTimeout(() => void tick(), delay())

  return {
    runNow,
    [Symbol.asyncDispose]: async () => {
      work.watch[Symbol.dispose]()
      stopped = true
      clearTimeout(timer)
      await last
    },
  }
}
