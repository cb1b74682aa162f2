import type { Backlog, Clock } from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import { alone } from './table.ts'

type Row = {
  readonly unsent: string
  readonly oldest: Date | null
  readonly letters: string
  readonly abandoned: string
}

const counts = `SELECT
    (SELECT COUNT(*) FROM outbox WHERE sent_at IS NULL) AS unsent,
    (SELECT MIN(occurred_at) FROM outbox WHERE sent_at IS NULL) AS oldest,
    (SELECT COUNT(*) FROM dead_letters WHERE state = 'open') AS letters,
    (SELECT COUNT(*) FROM idempotency_keys WHERE outcome IS NULL AND locked_until < ?) AS abandoned`

/** How far a service is behind, from its own tables: outbox, dead letters, idempotency keys. */
export const readBacklog = async (db: DataSource, { now }: Clock): Promise<Backlog> => {
  const [row] = await alone(() => db.query<Row[]>(counts, [now()]))
  return {
    unsent: Number(row?.unsent ?? 0),
    oldestUnsentAt: row?.oldest ?? undefined,
    openDeadLetters: Number(row?.letters ?? 0),
    abandonedKeys: Number(row?.abandoned ?? 0),
  }
}
