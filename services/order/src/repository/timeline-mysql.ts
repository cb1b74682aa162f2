import { type Database, inStatement } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { TimelineEntry } from '../model/timeline.ts'
import { timelineTable } from './rows.ts'

export const addEntries = async (
  tx: EntityManager,
  orderId: string,
  entries: readonly TimelineEntry[],
): Promise<void> => {
  if (entries.length === 0) return
  await timelineTable.insert(
    tx,
    entries.map((entry) => ({ orderId, ...entry })),
  )
}

/** Oldest first: ids grow. */
export const readTimeline = async (
  db: Database,
  orderId: string,
): Promise<readonly TimelineEntry[]> => {
  const where = 'WHERE order_id = ? ORDER BY id'
  const rows = await inStatement(db, (tx) => timelineTable.select(tx, where, [orderId]))
  return rows.map(({ at, status, event, message, actor }) => ({
    at,
    status,
    event,
    message,
    actor,
  }))
}
