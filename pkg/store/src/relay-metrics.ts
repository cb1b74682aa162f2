import type { Clock } from '@micromart/kernel'
import { type BatchObservableCallback, metrics } from '@opentelemetry/api'
import type { DataSource } from 'typeorm'

type Backlog = { readonly backlog: string; readonly oldest: Date | null }

const unsent = `SELECT COUNT(*) AS backlog, MIN(occurred_at) AS oldest
                FROM outbox WHERE sent_at IS NULL`

/**
 * Offers `micromart_outbox_oldest_age_seconds` and `micromart_outbox_backlog`, read from the table at each scrape: a relay
 * that hangs is seen, too.
 * @returns what ends it
 */
export const watchBacklog = (db: DataSource, clock: Clock): (() => void) => {
  const meter = metrics.getMeter('@micromart/store')
  const age = meter.createObservableGauge('micromart_outbox_oldest_age_seconds', {
    unit: 's',
    description: 'Age of the oldest event that the broker has not got',
  })
  const size = meter.createObservableGauge('micromart_outbox_backlog', {
    description: 'Events that the broker has not got',
  })
  const observe: BatchObservableCallback = async (result) => {
    if (!db.isInitialized) return
    const [row] = await db.query<Backlog[]>(unsent)
    const since = row?.oldest ? clock.now().getTime() - row.oldest.getTime() : 0
    result.observe(age, Math.max(0, since / 1000))
    result.observe(size, Number(row?.backlog ?? 0))
  }
  meter.addBatchObservableCallback(observe, [age, size])
  return () => meter.removeBatchObservableCallback(observe, [age, size])
}
