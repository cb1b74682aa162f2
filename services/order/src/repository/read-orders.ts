import { DomainError, decodeCursor, encodeCursor, isId } from '@micromart/kernel'
import { type Connection, type Database, inStatement, marks, select } from '@micromart/store'
import type { DataSource } from 'typeorm'
import type { Order } from '../model/order.ts'
import type { OrderFilter, Orders } from '../model/ports.ts'
import { orderOf } from './order-mapping.ts'
import { linesTable, type OrderRow, ordersTable } from './rows.ts'

/** Orders with their lines: one query for all lines, not one per order. */
const withLines = async (db: Connection, rows: readonly OrderRow[]): Promise<Order[]> => {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const where = `WHERE order_id IN (${marks(ids)}) ORDER BY order_id, line`
  const lines = Map.groupBy(await linesTable.select(db, where, ids), ({ orderId }) => orderId)
  return rows.map((row) => orderOf(row, lines.get(row.id) ?? []))
}

/** In no order. */
export const readOrders = (db: DataSource, ids: readonly string[]): Promise<readonly Order[]> =>
  inStatement(db, async (tx) => {
    if (ids.length === 0) return []
    return withLines(tx, await ordersTable.select(tx, `WHERE id IN (${marks(ids)})`, ids))
  })

export const readOrder =
  (db: Database): Orders['byId'] =>
  async (id) => {
    if (!isId(id)) return undefined
    const [order] = await readOrders(db, [id])
    return order
  }

/** Column of each filter; the same list of conditions makes a cursor's binding. */
const filters = { userId: 'user_id', status: 'status', email: 'email', number: 'number' } as const

const present = (filter: OrderFilter): readonly (readonly [keyof OrderFilter, string])[] =>
  (Object.keys(filters) as (keyof OrderFilter)[]).flatMap((name) => {
    const value = filter[name]
    return value === undefined ? [] : [[name, value] as const]
  })

const ascii = /^[\x20-\x7e]*$/

/** Compared with a column of ASCII, a text beyond it is an error of MySQL's; here it is a number that nobody has. */
const isNobodys = ({ number }: OrderFilter): boolean => number !== undefined && !ascii.test(number)

/** Ids are UUIDv7: by id is by time of placing. */
const lastSeen = (cursor: string, filter: OrderFilter): string => {
  const id = decodeCursor(cursor, present(filter))
  if (typeof id !== 'string' || !isId(id)) throw new DomainError('invalid', 'cursor_invalid')
  return id
}

export const listOrders =
  (db: Database): Orders['list'] =>
  async (filter, { limit, cursor }) => {
    if (isNobodys(filter)) return { items: [], nextCursor: undefined }
    const wanted = present(filter)
    const conditions = wanted.map(([name]) => `${filters[name]} = ?`)
    const values: (string | number)[] = wanted.map(([, value]) => value)
    if (cursor !== undefined) {
      conditions.push('id < ?')
      values.push(lastSeen(cursor, filter))
    }
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''
    const rest = `${where} ORDER BY id DESC LIMIT ?`
    return inStatement(db, async (tx) => {
      const rows = await ordersTable.select(tx, rest, [...values, limit + 1])
      const items = await withLines(tx, rows.slice(0, limit))
      const last = items.at(-1)
      const more = rows.length > limit && last !== undefined
      return { items, nextCursor: more ? encodeCursor(last.id, present(filter)) : undefined }
    })
  }

export const openAmong =
  (db: Database): Orders['openAmong'] =>
  async (userId, newest) => {
    const [row] = await select<{ open: number }>(
      db,
      `SELECT COUNT(*) AS open FROM (SELECT status FROM orders WHERE user_id = ? ORDER BY id DESC LIMIT ?) AS newest
       WHERE status IN ('PENDING', 'PAYMENT_PENDING')`,
      [userId, newest],
    )
    return Number(row?.open)
  }
