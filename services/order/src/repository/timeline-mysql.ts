import { type Database, inStatement } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { TimelineEntry, ToldEntry } from '../model/timeline.ts'
import { type TimelineRow, timelineTable } from './rows.ts'

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

export const toldEntry = ({ id, at, status, event, message, actor }: TimelineRow): ToldEntry => ({
  seq: id,
  at,
  status,
  event,
  message,
  actor,
})

/** Oldest first: ids grow. */
export const readTimeline = async (
  db: Database,
  orderId: string,
): Promise<readonly ToldEntry[]> => {
  const where = 'WHERE order_id = ? ORDER BY id'
  const rows = await inStatement(db, (tx) => timelineTable.select(tx, where, [orderId]))
  return rows.map(toldEntry)
}
