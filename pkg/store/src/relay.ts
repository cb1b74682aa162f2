import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, type Log, systemClock } from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import { afterCommit } from './ambient.ts'
import { createBell } from './bell.ts'
import type { OutboxEvent } from './outbox.ts'
import { connectRelay, type RelayConnection } from './relay-connection.ts'
import { watchBacklog } from './relay-metrics.ts'
import { relayRound } from './relay-round.ts'

export type RelayOptions = {
  readonly db: DataSource
  /** Resolves when the broker has the event; called again for one that it refused. */
  readonly publish: (event: OutboxEvent) => Promise<void>
  readonly log: Log
  /** How often to look without being woken, default 500 ms. */
  readonly intervalMs?: number
  readonly clock?: Clock
  /** How long a statement may take before the connection counts as lost, default 10 s. */
  readonly statementMs?: number
}

/** The outbox's way to the broker; disposing waits for the round under way. */
export type Relay = AsyncDisposable & {
  /** Call after a commit that added an event: it goes out at once. */
  readonly wake: () => void
}

const oneDayMs = 24 * 60 * 60 * 1000
const pruneEveryMs = 60_000
const longestPauseMs = 2000
/** Rounds follow each other no closer than this: under load one takes what several commits have left. */
const betweenRoundsMs = 50

/** Sent rows stay for a day: after a loss in the broker they can be published again. */
const pruning = (clock: Clock) => {
  let next = 0
  return async (connection: RelayConnection): Promise<void> => {
    const now = clock.now().getTime()
    if (now < next) return
    while ((await connection.prune(new Date(now - oneDayMs))) === 1000);
    next = now + pruneEveryMs
  }
}

/**
 * Publishes the outbox: in order per aggregate, aggregates side by side. One relay per database is active, the others stand
 * by; each may be started without a thought. Delivery is at least once.
 */
export const startRelay = (options: RelayOptions): Relay => {
  const { db, publish, log, intervalMs = 500, clock = systemClock, statementMs } = options
  const stop = new AbortController()
  const { signal } = stop
  const bell = createBell()
  const round = relayRound({ publish, log, clock })
  const prune = pruning(clock)

  const serveOutbox = async (connection: RelayConnection) => {
    let emptyHanded = 0
    while (!signal.aborted) {
      const soonest = performance.now() + betweenRoundsMs
      const { isAway, more } = await round(connection)
      emptyHanded = isAway ? emptyHanded + 1 : 0
      await prune(connection)
      if (emptyHanded > 0) await rest(Math.min(longestPauseMs, 50 * 2 ** emptyHanded))
      else if (!more) {
        await bell.wait(intervalMs)
        await rest(soonest - performance.now())
      }
    }
  }
  const rest = (ms: number) => pause(Math.max(0, ms), undefined, { signal }).catch(() => undefined)
  let isActive = false
  const turn = async () => {
    await using connection = await connectRelay(
      db,
      statementMs === undefined ? {} : { statementMs },
    )
    while (!signal.aborted && !(await connection.lock())) await rest(intervalMs)
    isActive = true
    await serveOutbox(connection)
  }
  const loop = async () => {
    while (!signal.aborted) {
      await turn().catch((cause: unknown) => log.warn({ cause }, 'relay lost its database'))
      isActive = false
      await rest(longestPauseMs)
    }
  }

  const watch = watchBacklog(db, clock, () => isActive)
  const running = loop()
  return {
    wake: () => afterCommit(bell.ring), // inside a larger transaction there is nothing to read yet
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      stop.abort()
      bell.ring()
      await running
    },
  }
}
