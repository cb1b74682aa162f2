import { refusal } from '../problem/problem.ts'

export type StreamLimits = {
  /** Of one account, or of one guest's order. */
  readonly perHolder: number
  readonly inAll: number
}

/** One open stream. Disposing it gives its place to another. */
export type OpenStream = Disposable & {
  /** Aborted when its time is over, or the gateway stops. */
  readonly signal: AbortSignal
}

const waitSeconds = '5'

const tooMany = () => refusal('too_many_streams', { headers: { 'Retry-After': waitSeconds } })

const busy = () => refusal('streams_busy', { headers: { 'Retry-After': waitSeconds } })

/**
 * The streams that are open, by who holds them: an open one costs memory for minutes, which no budget of requests bounds.
 * Disposing ends them all, so that a stopping gateway does not wait for its watchers; they come back to another.
 */
export const openStreams = ({ perHolder, inAll }: StreamLimits) => {
  const held = new Map<string, number>()
  const open = new Set<AbortController>()

  const count = (holder: string, change: 1 | -1): void => {
    const now = (held.get(holder) ?? 0) + change
    if (now > 0) held.set(holder, now)
    else held.delete(holder)
  }
  return {
    get size(): number {
      return open.size
    },
    /** @throws HttpProblem 429 `too_many_streams`, 503 `streams_busy` */
    open: (holder: string, limitMs: number): OpenStream => {
      if ((held.get(holder) ?? 0) >= perHolder) throw tooMany()
      if (open.size >= inAll) throw busy()
      const controller = new AbortController()
      const timer = setTimeout(() => controller.abort(), limitMs).unref()
      open.add(controller)
      count(holder, 1)
      return {
        signal: controller.signal,
        [Symbol.dispose]: () => {
          clearTimeout(timer)
          if (open.delete(controller)) count(holder, -1)
        },
      }
    },
    [Symbol.dispose]: () => {
      for (const controller of open) controller.abort()
    },
  }
}

export type OpenStreams = ReturnType<typeof openStreams>
