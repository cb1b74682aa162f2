import { type Clock, type Ids, money } from '@micromart/kernel'
import { inTransaction, isDuplicate } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Charge, NewCharge, Outcome } from '../model/charge.ts'
import type { Charges } from '../model/ports.ts'
import { type ChargeRow, chargeTable, ledgerTable } from './rows.ts'

type Source = { readonly clock: Clock; readonly ids: Ids }

const outcomeOf = ({ status, declineCode }: ChargeRow): Outcome =>
  status === 'succeeded'
    ? { status }
    : { status: 'declined', declineCode: declineCode ?? 'card_declined' }

const chargeOf = (row: ChargeRow): Charge => ({
  id: row.id,
  key: row.key,
  outcome: outcomeOf(row),
  amount: row.amount === null ? undefined : money(row.amount, row.currency ?? ''),
  fingerprint: row.fingerprint ?? undefined,
})

const rowOf = (charge: NewCharge, { clock, ids }: Source): ChargeRow => ({
  key: charge.key,
  id: ids.next(),
  status: charge.outcome.status,
  declineCode: charge.outcome.status === 'declined' ? charge.outcome.declineCode : null,
  amount: charge.amount.amount,
  currency: charge.amount.currency,
  refunded: 0n,
  reference: charge.reference,
  fingerprint: charge.fingerprint,
  createdAt: clock.now(),
})

const tombstone = (key: string, { clock, ids }: Source): ChargeRow => ({
  key,
  id: ids.next(),
  status: 'declined',
  declineCode: 'cancelled',
  amount: null,
  currency: null,
  refunded: 0n,
  reference: null,
  fingerprint: null,
  createdAt: clock.now(),
})

/** The money moves in the transaction that keeps the charge. */
const insertCharge = async (tx: EntityManager, row: ChargeRow): Promise<void> => {
  await chargeTable.insert(tx, [row])
  if (row.status !== 'succeeded' || row.amount === null) return
  const entry = {
    kind: 'capture',
    chargeId: row.id,
    key: row.key,
    reference: row.reference ?? '',
    amount: row.amount,
    currency: row.currency ?? '',
    at: row.createdAt,
  } as const
  await ledgerTable.insert(tx, [entry])
}

/** The primary key decides who was first: a charge or a cancellation. */
export const chargesMysql = (db: DataSource, source: Source): Charges => {
  const find = async (key: string): Promise<Charge | undefined> => {
    const [row] = await chargeTable.select(db, 'WHERE idempotency_key = ?', [key])
    return row && chargeOf(row)
  }
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
    settle: (charge) => keep(rowOf(charge, source)),
    cancel: async (key) => (await keep(tombstone(key, source))).charge,
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
