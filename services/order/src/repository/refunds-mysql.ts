import { money } from '@micromart/kernel'
import { type Connection, type Database, inStatement, marks, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { RefundEffect } from '../model/change.ts'
import type { Orders } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import {
  type RefundLineRow,
  refundLinesTable,
  type RefundRow,
  refundsTable,
} from './refund-rows.ts'

const refundOf = (row: RefundRow, lines: readonly RefundLineRow[]): Refund => ({
  id: row.id,
  orderId: row.orderId,
  amount: money(row.amount, row.currency),
  lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
  reason: row.reason,
  restock: row.restock === 1,
  status: row.status,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})

const insert = async (tx: EntityManager, refund: Refund): Promise<void> => {
  const { id: refundId, amount: sum, lines, restock, ...rest } = refund
  const { amount, currency } = sum
  const row = { ...rest, id: refundId, amount, currency, restock: Number(restock) }
  await refundsTable.insert(tx, [row])
  if (lines.length === 0) return
  const rows = lines.map((line, index) => ({ refundId, line: index + 1, ...line }))
  await refundLinesTable.insert(tx, rows)
}

/** Within the transaction that writes the order: its version decides who may. */
export const writeRefunds = async (
  tx: EntityManager,
  { ended, heard, opened }: RefundEffect,
): Promise<void> => {
  if (ended) {
    const sql = 'UPDATE refunds SET status = ?, updated_at = ? WHERE id = ?'
    await write(tx, sql, [ended.status, ended.updatedAt, ended.id])
  }
  if (heard) await insert(tx, heard)
  if (opened) await insert(tx, opened)
}

const withLines = async (db: Connection, rows: readonly RefundRow[]): Promise<Refund[]> => {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const where = `WHERE refund_id IN (${marks(ids)}) ORDER BY refund_id, line`
  const lines = await refundLinesTable.select(db, where, ids)
  const byRefund = Map.groupBy(lines, ({ refundId }) => refundId)
  return rows.map((row) => refundOf(row, byRefund.get(row.id) ?? []))
}

export const readRefunds =
  (db: Database): Orders['refunds'] =>
  (orderId) =>
    inStatement(db, async (tx) => {
      const where = 'WHERE order_id = ? ORDER BY created_at, id'
      return withLines(tx, await refundsTable.select(tx, where, [orderId]))
    })

export const unknownRefunds =
  (db: Database): Orders['unknownRefunds'] =>
  (ids) =>
    inStatement(db, async (tx) => {
      if (ids.length === 0) return new Set<string>()
      const sql = `SELECT id FROM refunds WHERE id IN (${marks(ids)})`
      const rows: readonly { readonly id: string }[] = await tx.query(sql, [...ids])
      const known = new Set(rows.map(({ id }) => id))
      return new Set(ids.filter((id) => !known.has(id)))
    })
