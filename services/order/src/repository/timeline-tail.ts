import { setTimeout as pause } from 'node:timers/promises'
import { runInContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'
import type { TimelineTail } from '../model/ports.ts'
import type { TimelineNews } from './timeline-news.ts'
import { timelineGrowth } from './timeline-growth.ts'
import { newWatcher, type WatcherRegistry, watcherRegistry } from './watchers.ts'

/** All watched orders are read this often whatever was seen: no transaction is too slow for it. */
const everythingMs = 10_000
const batch = 200

type TailSettings = { readonly news: TimelineNews; readonly everyMs: number; readonly log: Log }

/** Reads what the watchers have to be told. Own writes come as `hit`s, the others' are found by looking. */
const teller = ({ news, everyMs }: TailSettings, registry: WatcherRegistry) => {
  const growth = timelineGrowth(news)
  const hits = new Set<string>()
  let lookedAt = 0
  let readAllAt = 0

  const look = async (now: number): Promise<void> => {
    for (const orderId of await growth.look(now)) hits.add(orderId)
    if (now - readAllAt < everythingMs) return
    readAllAt = now
    for (const orderId of registry.orderIds()) hits.add(orderId)
  }

  const tell = async (orderIds: readonly string[]): Promise<void> => {
    for (let from = 0; from < orderIds.length; from += batch) {
      const found = await news.of(orderIds.slice(from, from + batch))
      for (const [orderId, told] of found) {
        for (const watcher of registry.of(orderId)) watcher.tell(told)
      }
    }
  }

  return {
    hit: (orderId: string) => void hits.add(orderId),
    begin: () => {
      growth.reset()
      lookedAt = 0
      readAllAt = performance.now()
    },
    /** @returns how long nothing is to be done, if nobody is hit meanwhile */
    round: async (): Promise<number> => {
      const now = performance.now()
      if (now - lookedAt >= everyMs) {
        lookedAt = now
        await look(now)
      }
      const watched = [...hits].filter(registry.has)
      hits.clear()
      await tell(watched)
      return hits.size > 0 ? 0 : Math.max(lookedAt + everyMs - performance.now(), 0)
    },
    /** What was taken and perhaps not told is read again. */
    failed: () => {
      readAllAt = -Infinity
    },
  }
}

/** Runs rounds while somebody watches, and at once when rung. */
const poller = (settings: TailSettings, registry: WatcherRegistry) => {
  const { everyMs, log } = settings
  const telling = teller(settings, registry)
  const stopping = new AbortController()
  let bell = new AbortController()
  let running: Promise<void> | undefined

  const round = async (): Promise<number> => {
    try {
      return await telling.round()
    } catch (cause) {
      log.warn({ cause }, 'the timeline could not be read')
      telling.failed()
      return everyMs
    }
  }
  const poll = async (): Promise<void> => {
    while (registry.count() > 0 && !stopping.signal.aborted) {
      if (bell.signal.aborted) bell = new AbortController()
      const rest = await round()
      await pause(rest, undefined, { signal: bell.signal }).catch(() => undefined)
    }
  }
  const wake = (): void => {
    if (running) {
      bell.abort()
      return
    }
    if (stopping.signal.aborted || registry.count() === 0) return
    telling.begin()
    running = runInContext({}, poll).finally(() => {
      running = undefined
      wake() // somebody may have come after the last round
    })
  }
  return {
    hit: (orderId: string) => {
      telling.hit(orderId)
      wake()
    },
    stop: () => {
      stopping.abort()
      bell.abort()
    },
    isStopped: () => stopping.signal.aborted,
    ended: async () => running,
  }
}

type Tail = TimelineTail &
  AsyncDisposable & {
    /** This process has written entries of an order: its watchers hear of it at once. */
    readonly wrote: (orderId: string) => void
    readonly watchers: () => number
    /** Ends all streams, and begins no more. */
    readonly close: () => void
  }

/**
 * Tails the timeline table for all watchers of this process: one query each `everyMs` while somebody watches, and two more
 * for the orders that have grown.
 */
export const startTimelineTail = (settings: TailSettings): Tail => {
  const registry = watcherRegistry()
  const polling = poller(settings, registry)
  const close = () => {
    polling.stop()
    for (const watcher of registry.all()) watcher.close()
  }
  return {
    watchers: registry.count,
    wrote: (orderId) => {
      if (registry.has(orderId)) polling.hit(orderId)
    },
    async *follow(orderId, after, signal) {
      if (polling.isStopped() || signal.aborted) return
      const watcher = newWatcher(orderId, after)
      registry.add(watcher)
      signal.addEventListener('abort', watcher.close, { once: true })
      polling.hit(orderId)
      try {
        yield* watcher.messages()
      } finally {
        signal.removeEventListener('abort', watcher.close)
        registry.remove(watcher)
      }
    },
    close,
    [Symbol.asyncDispose]: async () => {
      close()
      await polling.ended()
    },
  }
}
