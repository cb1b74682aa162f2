import { observe, sharedReading } from '@micromart/contracts/telemetry'
import type { Clock } from '@micromart/kernel'
import type { DataSource } from 'typeorm'

/** The gauges of one scrape share a query. */
const momentMs = 200

type Backlog = { readonly backlog: string; readonly oldest: Date | null }

const unsent = `SELECT COUNT(*) AS backlog, MIN(occurred_at) AS oldest
                FROM outbox WHERE sent_at IS NULL`

const readBacklog = (db: DataSource, clock: Clock) => async () => {
  const [row] = await db.query<Backlog[]>(unsent)
  const since = row?.oldest ? clock.now().getTime() - row.oldest.getTime() : 0
  return { size: Number(row?.backlog ?? 0), ageSeconds: Math.max(0, since / 1000) }
}

/**
 * Offers the outbox's backlog and the age of its oldest event, read from the table at each scrape: a relay that hangs is
 * seen, too.
 * @param isActive whether the relay of this process is the one that empties it
 * @returns what ends it
 */
export const watchBacklog = (db: DataSource, clock: Clock, isActive: () => boolean): Disposable => {
  const stack = new DisposableStack()
  const read = sharedReading(momentMs, readBacklog(db, clock))
  stack.use(
    observe('micromart_outbox_oldest_age_seconds', async (tell) => tell((await read()).ageSeconds)),
  )
  stack.use(observe('micromart_outbox_backlog', async (tell) => tell((await read()).size)))
  stack.use(observe('micromart_relay_active', (tell) => tell(Number(isActive()))))
  return stack
}
