import { money } from '@micromart/kernel'
import { type DataSource, MoreThan } from 'typeorm'
import type { LedgerEntry } from '../model/charge.ts'
import type { Ledger } from '../model/ports.ts'
import { type LedgerRow, ledgerRows } from './rows.ts'

const entryOf = ({ amount, currency, ...row }: LedgerRow): LedgerEntry => ({
  ...row,
  amount: money(amount, currency),
})

export const ledgerMysql = (db: DataSource): Ledger => ({
  after: async (seq, limit) => {
    const rows = await db
      .getRepository(ledgerRows)
      .find({ where: { seq: MoreThan(seq) }, order: { seq: 'ASC' }, take: limit })
    return rows.map(entryOf)
  },
})
