import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How late the event loop comes to what is due, in seconds. */
export type LoopDelay = { readonly p50: number; readonly p99: number }

type Measured = ReturnType<typeof monitorEventLoopDelay>

const windowMs = 10_000
const resolutionMs = 20

/** What Node measures is the time between two looks: the pause that was asked for is no delay. */
const secondsAt = (delay: Measured, percentile: number): number =>
  Math.max(0, delay.percentile(percentile) / 1e9 - resolutionMs / 1_000)

const delayOf = (delay: Measured): LoopDelay => ({
  p50: secondsAt(delay, 50),
  p99: secondsAt(delay, 99),
})

let recent: (() => LoopDelay) | undefined

/** Of the last whole ten seconds, or of what there is of the first; zeroes while nothing watches. */
export const loopDelay = (): LoopDelay => recent?.() ?? { p50: 0, p99: 0 }

/** Begins to watch the event loop of this process. */
export const watchEventLoop = (): Disposable => {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  let whole: LoopDelay | undefined
  const turn = () => {
    whole = delayOf(delay)
    delay.reset()
  }
  const timer = setInterval(turn, windowMs).unref()
  recent = () => whole ?? delayOf(delay)
  return {
    [Symbol.dispose]: () => {
      recent = undefined
      clearInterval(timer)
      delay.disable()
    },
  }
}
