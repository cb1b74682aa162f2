import { money } from '@micromart/kernel'
import { type DataSource, MoreThan } from 'typeorm'
import type { LedgerEntry, LedgerSum } from '../model/charge.ts'
import type { Ledger } from '../model/ports.ts'
import { type LedgerRow, ledgerRows } from './rows.ts'

const entryOf = ({ amount, currency, ...row }: LedgerRow): LedgerEntry => ({
  ...row,
  amount: money(amount, currency),
})

/** By the index alone, which has the order of the groups: a page costs as much as it holds. */
const sums = `
  SELECT reference, MAX(currency) AS currency,
    SUM(IF(kind = 'capture', amount, 0)) AS captured,
    SUM(IF(kind = 'refund', amount, 0)) AS refunded,
    SUM(kind = 'capture') AS captures,
    MAX(entered_at) AS updated_at
  FROM ledger WHERE reference > ? GROUP BY reference ORDER BY reference LIMIT ?`

type SumRow = {
  readonly reference: string
  readonly currency: string
  readonly captured: string
  readonly refunded: string
  readonly captures: string
  readonly updated_at: Date
}

const sumOf = (row: SumRow): LedgerSum => ({
  reference: row.reference,
  currency: row.currency,
  captured: BigInt(row.captured),
  refunded: BigInt(row.refunded),
  captures: Number(row.captures),
  updatedAt: row.updated_at,
})

export const ledgerMysql = (db: DataSource): Ledger => ({
  after: async (seq, limit) => {
    const rows = await db
      .getRepository(ledgerRows)
      .find({ where: { seq: MoreThan(seq) }, order: { seq: 'ASC' }, take: limit })
    return rows.map(entryOf)
  },
  sumsAfter: async (reference, limit) =>
    (await db.query<SumRow[]>(sums, [reference, limit])).map(sumOf),
})
