import type { EntityManager } from 'typeorm'
import type { TimelineEntry } from '../model/timeline.ts'
import { insertAll } from './insert.ts'
import { timelineRows } from './rows.ts'

export const addEntries = async (
  tx: EntityManager,
  orderId: string,
  entries: readonly TimelineEntry[],
): Promise<void> => {
  if (entries.length === 0) return
  await insertAll(tx, timelineRows, entries.map((entry) => ({ orderId, ...entry })) as never)
}

/** Oldest first: ids grow. */
export const readTimeline = async (
  tx: EntityManager,
  orderId: string,
): Promise<readonly TimelineEntry[]> => {
  const rows = await tx.find(timelineRows, { where: { orderId }, order: { id: 'ASC' } })
  return rows.map(({ at, status, event, message, actor }) => ({
    at,
    status,
    event,
    message,
    actor,
  }))
}
