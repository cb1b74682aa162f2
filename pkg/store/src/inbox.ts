import type { DataSource, EntityManager } from 'typeorm'
import { isDuplicate } from './faults.ts'
import { deleteAll } from './table.ts'

/** The DDL of the inbox, for a service's first migration. */
export const inboxTables = (): string[] => [
  `CREATE TABLE IF NOT EXISTS inbox (
     consumer VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     event_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     received_at DATETIME(3) NOT NULL,
     PRIMARY KEY (consumer, event_id),
     KEY inbox_received (received_at)
   ) ENGINE = InnoDB`,
]

/**
 * Notes an event in the transaction of its effect. A second delivery that runs at the same time waits for the first one's
 * commit; if the first rolls back, the second is the first.
 * @param consumer what is done with it, when one service does several things with one event
 * @returns false when this consumer has had its effect already
 */
export const firstTime = async (
  tx: EntityManager,
  eventId: string,
  consumer: string,
): Promise<boolean> => {
  try {
    await tx.query(
      'INSERT INTO inbox (consumer, event_id, received_at) VALUES (?, ?, UTC_TIMESTAMP(3))',
      [consumer, eventId],
    )
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/**
 * Forgets events received before a moment that no redelivery can precede any more, in small statements until none is left.
 * @returns how many
 */
export const pruneInbox = (db: DataSource, before: Date): Promise<number> =>
  deleteAll(db, 'DELETE FROM inbox WHERE received_at < ?', [before])
