import type { Clock, Ids } from '@micromart/kernel'
import { inTransaction, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Charge } from '../model/charge.ts'
import type { DueNotice, Notice } from '../model/notice.ts'
import type { Notices } from '../model/ports.ts'
import { chargeOf } from './charge-rows.ts'
import { type ChargeRow, chargeTable } from './rows.ts'

const chargeData = ({ id, key, reference, outcome, amount }: Charge) => ({
  id,
  key,
  reference,
  status: outcome.status,
  ...(outcome.status === 'declined' && { declineCode: outcome.declineCode }),
  ...(amount && { amount: Number(amount.amount), currency: amount.currency }),
})

const dataOf = ({ charge, refunded }: Notice) => ({
  ...chargeData(charge),
  ...(refunded !== undefined && { refunded: Number(refunded) }),
})

/** Writes a notice in the transaction of what it tells. A tombstone has no order to tell of. */
export const addNotice = async (tx: EntityManager, notice: Notice, now: Date): Promise<void> => {
  const { id, type, charge } = notice
  if (charge.reference === undefined) return
  const body = JSON.stringify({ id, type, createdAt: now.toISOString(), data: dataOf(notice) })
  await tx.query('INSERT INTO notices (id, body, next_at, created_at) VALUES (?, ?, ?, ?)', [
    id,
    body,
    now,
    now,
  ])
}

type Row = {
  readonly id: string
  readonly body: string
  readonly attempts: number
  readonly next_at: Date
  readonly created_at: Date
}

/** Longer than an attempt may take: an attempt of a process that died is taken up by the next. */
const leaseMs = 30_000

/** The UPDATE decides between replicas; it names the time that it read. */
const lease = `UPDATE notices SET next_at = ?, attempts = attempts + 1
  WHERE id = ? AND next_at = ? AND delivered_at IS NULL`

/** Under new ids: whoever has lost what the first ones told has lost that they came, too. */
const retold = (row: ChargeRow, ids: Ids): readonly Notice[] => {
  const charge = chargeOf(row)
  const taken: Notice = { id: ids.next(), type: 'charge.succeeded', charge }
  if (row.refunded === 0n) return [taken]
  return [taken, { id: ids.next(), type: 'charge.refunded', charge, refunded: row.refunded }]
}

const movedSince = 'WHERE id IN (SELECT charge_id FROM ledger WHERE entered_at >= ?)'

type Source = {
  readonly clock: Clock
  readonly ids: Ids
  /** Called after a commit that added a notice. */
  readonly wake: () => void
}

export const noticesMysql = (db: DataSource, { clock, ids, wake }: Source): Notices => {
  const take = async (row: Row, now: Date): Promise<DueNotice | undefined> => {
    const until = new Date(now.getTime() + leaseMs)
    if ((await write(db, lease, [until, row.id, row.next_at])) !== 1) return undefined
    const { id, body, attempts, created_at: createdAt } = row
    return { id, body, createdAt, attempt: attempts + 1 }
  }
  return {
    takeDue: async (limit) => {
      const now = clock.now()
      const rows = await db.query<Row[]>(
        `SELECT id, body, attempts, next_at, created_at FROM notices
         WHERE next_at <= ? ORDER BY next_at LIMIT ?`,
        [now, limit],
      )
      const taken = await Promise.all(rows.map((row) => take(row, now)))
      return taken.filter((notice) => notice !== undefined)
    },
    delivered: async (id) => {
      await write(db, 'UPDATE notices SET delivered_at = ?, next_at = NULL WHERE id = ?', [
        clock.now(),
        id,
      ])
    },
    retryAt: async (id, at) => {
      const retry = 'UPDATE notices SET next_at = ? WHERE id = ? AND delivered_at IS NULL'
      await write(db, retry, [at ?? null, id])
    },
    again: async (since) => {
      const told = await inTransaction(db, async (tx) => {
        const rows = await chargeTable.select(tx, movedSince, [since])
        const notices = rows.flatMap((row) => retold(row, ids))
        for (const notice of notices) await addNotice(tx, notice, clock.now())
        return notices.length
      })
      wake()
      return told
    },
    prune: async (before) => {
      await write(db, 'DELETE FROM notices WHERE delivered_at < ? LIMIT 1000', [before])
    },
  }
}
