import { DomainError, decodeCursor, encodeCursor, isId } from '@micromart/kernel'
import type { Database } from '@micromart/store'
import { type EntityManager, type FindOptionsWhere, In, LessThan } from 'typeorm'
import type { Order } from '../model/order.ts'
import type { OrderFilter, Orders } from '../model/ports.ts'
import { orderOf } from './order-mapping.ts'
import { type LineRow, lineRows, type OrderRow, orderRows } from './rows.ts'

/** Orders with their lines: one query for all lines, not one per order. */
const withLines = async (tx: EntityManager, rows: readonly OrderRow[]): Promise<Order[]> => {
  if (rows.length === 0) return []
  const lines = await tx.find(lineRows, {
    where: { orderId: In(rows.map(({ id }) => id)) },
    order: { orderId: 'ASC', line: 'ASC' },
  })
  const byOrder = Map.groupBy(lines, ({ orderId }) => orderId)
  return rows.map((row) => orderOf(row, byOrder.get(row.id) ?? ([] satisfies LineRow[])))
}

export const readOrder =
  (db: Database): Orders['byId'] =>
  async (id) => {
    if (!isId(id)) return undefined
    const [order] = await withLines(db.manager, await db.manager.findBy(orderRows, { id }))
    return order
  }

export const readOrders = async (
  tx: EntityManager,
  ids: readonly string[],
): Promise<readonly Order[]> =>
  ids.length === 0 ? [] : withLines(tx, await tx.findBy(orderRows, { id: In(ids) }))

const present = (filter: OrderFilter): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )

/** Ids are UUIDv7: by id is by time of placing. */
const before = (cursor: string | undefined, filter: OrderFilter): FindOptionsWhere<OrderRow> => {
  if (cursor === undefined) return {}
  const id = decodeCursor(cursor, present(filter))
  if (typeof id !== 'string') throw new DomainError('invalid', 'cursor_invalid')
  return { id: LessThan(id) }
}

export const listOrders =
  (db: Database): Orders['list'] =>
  async (filter, { limit, cursor }) => {
    const rows = await db.manager.find(orderRows, {
      where: { ...(present(filter) as FindOptionsWhere<OrderRow>), ...before(cursor, filter) },
      order: { id: 'DESC' },
      take: limit + 1,
    })
    const items = await withLines(db.manager, rows.slice(0, limit))
    const last = items.at(-1)
    const more = rows.length > limit && last !== undefined
    return { items, nextCursor: more ? encodeCursor(last.id, present(filter)) : undefined }
  }
