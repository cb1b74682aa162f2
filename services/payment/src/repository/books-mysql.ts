import { alone } from '@micromart/store'
import type { DataSource } from 'typeorm'
import type { PaymentBook } from '../model/book.ts'
import type { PaymentStatus } from '../model/payment.ts'
import type { Books } from '../model/ports.ts'

const sum = (account: string, side: string, other: string): string =>
  `COALESCE(SUM(CASE WHEN l.account = '${account}' AND l.side = '${side}' THEN l.amount
     WHEN l.account = '${account}' AND l.side = '${other}' THEN -l.amount END), 0)`

/** The page is cut before anything is joined to it: the work of a page does not grow with the table. */
const page = `
  SELECT p.order_id, p.id, p.status, p.currency, p.provider, p.updated_at,
    ${sum('captured', 'debit', 'credit')} AS captured,
    ${sum('refunded', 'credit', 'debit')} AS refunded,
    ${sum('disputed', 'credit', 'debit')} AS disputed,
    COALESCE(SUM(IF(l.side = 'debit', l.amount, -l.amount)), 0) AS imbalance,
    (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r
     WHERE r.payment_id = p.id AND r.status = 'pending') AS refunds_open
  FROM (
    SELECT order_id, id, status, currency, provider, updated_at FROM payments
    WHERE order_id > ? ORDER BY order_id LIMIT ?
  ) p
  LEFT JOIN ledger_entries l ON l.payment_id = p.id
  GROUP BY p.order_id, p.id, p.status, p.currency, p.provider, p.updated_at
  ORDER BY p.order_id`

type Row = {
  readonly order_id: string
  readonly id: string
  readonly status: PaymentStatus
  readonly currency: string | null
  readonly provider: string
  readonly updated_at: Date
  readonly captured: string
  readonly refunded: string
  readonly disputed: string
  readonly imbalance: string
  readonly refunds_open: string
}

const bookOf = (row: Row): PaymentBook => ({
  orderId: row.order_id,
  paymentId: row.id,
  status: row.status,
  currency: row.currency ?? '',
  provider: row.provider,
  updatedAt: row.updated_at,
  captured: BigInt(row.captured),
  refunded: BigInt(row.refunded),
  disputed: BigInt(row.disputed),
  imbalance: BigInt(row.imbalance),
  refundsOpen: BigInt(row.refunds_open),
})

export const booksMysql = (db: DataSource): Books => ({
  page: async (afterOrderId, limit) => {
    const rows = await alone(() => db.query<Row[]>(page, [afterOrderId, limit]))
    return rows.map(bookOf)
  },
})
