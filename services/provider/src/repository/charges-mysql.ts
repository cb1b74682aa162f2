import type { Clock, Ids } from '@micromart/kernel'
import { alone, inTransaction, isDuplicate, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Charge, Step } from '../model/charge.ts'
import type { Charges } from '../model/ports.ts'
import { chargeOf, newRow, outcomeColumns, tombstone } from './charge-rows.ts'
import { addNotice } from './notices-mysql.ts'
import { type ChargeRow, chargeTable, ledgerTable } from './rows.ts'

type Source = {
  readonly clock: Clock
  readonly ids: Ids
  /** Called after a commit that added a notice. */
  readonly wake: () => void
}

const enterCapture = async (tx: EntityManager, row: ChargeRow, at: Date): Promise<void> => {
  if (row.status !== 'succeeded' || row.amount === null) return
  const entry = {
    kind: 'capture',
    chargeId: row.id,
    key: row.key,
    reference: row.reference ?? '',
    amount: row.amount,
    currency: row.currency ?? '',
    at,
  } as const
  await ledgerTable.insert(tx, [entry])
}

/** The money moves in the transaction that keeps the charge. */
const insertCharge = async (tx: EntityManager, row: ChargeRow): Promise<void> => {
  await chargeTable.insert(tx, [row])
  await enterCapture(tx, row, row.createdAt)
}

/** By the ledger's index: charges have none by reference. */
const takenSql = `
  SELECT c.id, c.amount - c.refunded AS kept
  FROM ledger l JOIN charges c ON c.idempotency_key = l.idempotency_key
  WHERE l.reference = ? AND l.kind = 'capture' LIMIT 1`

type TakenRow = { readonly id: string; readonly kept: string }

const ended = chargeTable.assignments('c', [
  'status',
  'declineCode',
  'dueAt',
  'thenStatus',
  'thenCode',
])
const endByKey = `UPDATE charges c SET ${ended.text} WHERE c.idempotency_key = ?`

/** Takes the step of a charge under its lock; what ends is entered and told in the same transaction. */
const takeStep =
  ({ clock, ids }: Source, key: string, step: Step) =>
  async (tx: EntityManager): Promise<{ charge: Charge; moved: boolean } | undefined> => {
    const [row] = await chargeTable.select(tx, 'WHERE idempotency_key = ? FOR UPDATE', [key])
    if (row === undefined) return undefined
    const now = clock.now()
    const end = step(chargeOf(row), now)
    if (end === undefined) return { charge: chargeOf(row), moved: false }
    const after: ChargeRow = { ...row, ...outcomeColumns(end) }
    await write(tx, endByKey, [...ended.valuesOf(after), key])
    await enterCapture(tx, after, now)
    const charge = chargeOf(after)
    await addNotice(tx, { id: ids.next(), type: `charge.${end.status}`, charge }, now)
    return { charge, moved: true }
  }

/** The primary key decides who was first: a charge or a cancellation. */
export const chargesMysql = (db: DataSource, source: Source): Charges => {
  const { clock, ids, wake } = source
  const findBy = async (column: string, value: string): Promise<Charge | undefined> => {
    const [row] = await alone(() => chargeTable.select(db, `WHERE ${column} = ?`, [value]))
    return row && chargeOf(row)
  }
  const find = (key: string) => findBy('idempotency_key', key)
  const keep = async (row: ChargeRow) => {
    try {
      await inTransaction(db, (tx) => insertCharge(tx, row))
      return { charge: chargeOf(row), fresh: true }
    } catch (error) {
      const charge = isDuplicate(error, 'PRIMARY') ? await find(row.key) : undefined
      if (charge === undefined) throw error
      return { charge, fresh: false }
    }
  }
  return {
    find,
    findById: (id) => findBy('id', id),
    taken: async (reference) => {
      const [row] = await alone(() => db.query<TakenRow[]>(takenSql, [reference]))
      return row && { chargeId: row.id, kept: BigInt(row.kept) }
    },
    settle: (charge) => keep(newRow(charge, { ids, now: clock.now() })),
    entomb: async (key) => (await keep(tombstone(key, { ids, now: clock.now() }))).charge,
    take: async (key, step) => {
      const taken = await inTransaction(db, takeStep(source, key, step))
      if (taken?.moved === true) wake()
      return taken?.charge
    },
    due: async (limit) => {
      const rows = await db.query<{ idempotency_key: string }[]>(
        'SELECT idempotency_key FROM charges WHERE due_at <= ? ORDER BY due_at LIMIT ?',
        [clock.now(), limit],
      )
      return rows.map((row) => row.idempotency_key)
    },
    failOnce: async (key) => {
      try {
        await db.query('INSERT INTO faults (idempotency_key) VALUES (?)', [key])
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
  }
}
