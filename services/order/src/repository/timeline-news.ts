import { type Connection, type Database, inStatement, marks } from '@micromart/store'
import { isLast, type OrderStatus } from '../model/status.ts'
import type { ToldEntry } from '../model/timeline.ts'
import { timelineTable } from './rows.ts'
import { toldEntry } from './timeline-mysql.ts'

/** What there is to tell of one order. */
export type OrderNews = {
  readonly entries: readonly ToldEntry[]
  /** Nothing follows: its last state, and nobody has anything left to do. */
  readonly isOver: boolean
}

/** The timeline table, read for all watchers of this process at once. */
export type TimelineNews = {
  /** The highest id so far. */
  readonly end: () => Promise<bigint>
  /** Whose timelines have grown: entries with higher ids, at most so many, lowest first. */
  readonly grown: (
    after: bigint,
    most: number,
  ) => Promise<readonly { readonly seq: bigint; readonly orderId: string }[]>
  readonly of: (orderIds: readonly string[]) => Promise<ReadonlyMap<string, OrderNews>>
}

type StateRow = {
  readonly id: string
  readonly status: OrderStatus
  readonly is_settled: number | string
}
type GrownRow = { readonly id: string | number; readonly order_id: string }

/** Orders before entries: an order that is over has all its entries. */
const newsOf = async (db: Connection, orderIds: readonly string[]) => {
  const states: readonly StateRow[] = await db.query(
    `SELECT id, status, due_at IS NULL AND open_refund IS NULL AS is_settled
       FROM orders WHERE id IN (${marks(orderIds)})`,
    [...orderIds],
  )
  const where = `WHERE order_id IN (${marks(orderIds)}) ORDER BY id`
  const rows = await timelineTable.select(db, where, orderIds)
  const byOrder = Map.groupBy(rows, ({ orderId }) => orderId)
  return new Map(
    states.map(({ id, status, is_settled: settled }) => [
      id,
      {
        entries: (byOrder.get(id) ?? []).map(toldEntry),
        isOver: isLast(status) && Number(settled) === 1,
      },
    ]),
  )
}

export const timelineNews = (db: Database): TimelineNews => ({
  end: () =>
    inStatement(db, async (tx) => {
      const rows: readonly { readonly last: string | number | null }[] = await tx.query(
        'SELECT MAX(id) AS last FROM order_timeline',
      )
      return BigInt(rows[0]?.last ?? 0)
    }),
  grown: (after, most) =>
    inStatement(db, async (tx) => {
      const rows: readonly GrownRow[] = await tx.query(
        'SELECT id, order_id FROM order_timeline WHERE id > ? ORDER BY id LIMIT ?',
        [after.toString(), most],
      )
      return rows.map(({ id, order_id: orderId }) => ({ seq: BigInt(id), orderId }))
    }),
  of: (orderIds) => inStatement(db, (tx) => newsOf(tx, orderIds)),
})
