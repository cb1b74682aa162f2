import { topics } from '@micromart/contracts'
import { alone, marks } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { IdentifiedOrder, OwnBooks } from '../model/book-ports.ts'
import type { OrderBook, RefundBook } from '../model/book-record.ts'
import type { Fact } from '../model/change.ts'
import type { Frozen } from '../model/idempotency.ts'
import type { OrderStatus } from '../model/status.ts'

/** BIGINTs come as text. */
type Row = {
  readonly id: string
  readonly status: OrderStatus
  readonly payment_status: string
  readonly currency: string
  readonly subtotal: string
  readonly shipping: string
  readonly tax: string
  readonly discount: string
  readonly total: string
  readonly refunded: string
  readonly user_id: string | null
  readonly cart_id: string
  readonly cart_key: string
  readonly stock_claimed: number
  readonly due_at: Date | null
  readonly created_at: Date
  readonly updated_at: Date
}

const columns = `id, status, payment_status, currency, subtotal, shipping, tax, discount, total, refunded, user_id, cart_id, cart_key,
  stock_claimed, due_at, created_at, updated_at`

type LineRow = { order_id: string; sku: string; quantity: number; unit_price: string }
type EntryRow = { order_id: string; at: Date; status: OrderStatus; event: string }
type RefundRow = {
  order_id: string
  id: string
  amount: string
  status: RefundBook['status']
  updated_at: Date
}
type EventRow = { order_id: string; topic: string; sent_at: Date | null }
type KeyRow = { order_id: string; frozen: string | null }

const parts = {
  lines: 'SELECT order_id, sku, quantity, unit_price FROM order_lines WHERE order_id IN (?)',
  timeline:
    'SELECT order_id, at, status, event FROM order_timeline WHERE order_id IN (?) ORDER BY order_id, id',
  refunds: 'SELECT order_id, id, amount, status, updated_at FROM refunds WHERE order_id IN (?)',
  events:
    'SELECT aggregate_id AS order_id, topic, sent_at FROM outbox WHERE aggregate_id IN (?) ORDER BY seq',
  keys: 'SELECT order_id, frozen FROM order_keys WHERE order_id IN (?)',
} as const

/** What each topic of order's tells. */
const facts: Readonly<Record<string, Fact['fact']>> = {
  [topics.orderPaid]: 'paid',
  [topics.orderRejected]: 'rejected',
  [topics.orderFailed]: 'failed',
  [topics.orderCancelled]: 'cancelled',
  [topics.orderShipped]: 'shipped',
  [topics.orderDelivered]: 'delivered',
  [topics.orderRefunded]: 'refunded',
}

const partOf = async <T extends { readonly order_id: string }>(
  tx: EntityManager,
  part: keyof typeof parts,
  ids: readonly string[],
): Promise<(id: string) => readonly T[]> => {
  const sql = parts[part].replace('(?)', `(${marks(ids)})`)
  const rows: readonly T[] = await tx.query(sql, [...ids])
  const byOrder = Map.groupBy(rows, ({ order_id: id }) => id)
  return (id) => byOrder.get(id) ?? []
}

/** What the order's key has answered for good. */
const answeredBy = (keys: readonly KeyRow[]): OrderStatus | undefined => {
  const text = keys[0]?.frozen
  if (!text) return undefined
  const frozen = JSON.parse(text) as Frozen
  return frozen.answer === 'order' ? frozen.status : 'REJECTED'
}

const readParts = async (tx: EntityManager, ids: readonly string[]) => ({
  lines: await partOf<LineRow>(tx, 'lines', ids),
  timeline: await partOf<EntryRow>(tx, 'timeline', ids),
  refunds: await partOf<RefundRow>(tx, 'refunds', ids),
  events: await partOf<EventRow>(tx, 'events', ids),
  keys: await partOf<KeyRow>(tx, 'keys', ids),
})

const bookOf = (row: Row, of: Awaited<ReturnType<typeof readParts>>): OrderBook => ({
  status: row.status,
  paymentStatus: row.payment_status,
  currency: row.currency,
  subtotal: BigInt(row.subtotal),
  shipping: BigInt(row.shipping),
  tax: BigInt(row.tax),
  discount: BigInt(row.discount),
  total: BigInt(row.total),
  refunded: BigInt(row.refunded),
  userId: row.user_id ?? undefined,
  cart: { id: row.cart_id, key: row.cart_key },
  stockClaimed: row.stock_claimed === 1,
  dueAt: row.due_at ?? undefined,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  lines: of.lines(row.id).map(({ sku, quantity, unit_price: price }) => ({
    sku,
    quantity: BigInt(quantity),
    unitPrice: BigInt(price),
  })),
  timeline: of.timeline(row.id),
  refunds: of.refunds(row.id).map(({ id, amount, status, updated_at: updatedAt }) => ({
    id,
    amount: BigInt(amount),
    status,
    updatedAt,
  })),
  events: of.events(row.id).map(({ topic, sent_at: sentAt }) => ({
    fact: facts[topic] ?? topic,
    sentAt: sentAt ?? undefined,
  })),
  answered: answeredBy(of.keys(row.id)),
})

/** An order and its parts are of one moment: a change in between is seen wholly or not at all. */
const inSnapshot = <T>(db: DataSource, read: (tx: EntityManager) => Promise<T>): Promise<T> =>
  alone(() => db.transaction('REPEATABLE READ', read))

const ordersWhere = (
  db: DataSource,
  rest: string,
  values: readonly unknown[],
): Promise<readonly IdentifiedOrder[]> =>
  inSnapshot(db, async (tx) => {
    const rows: readonly Row[] = await tx.query(`SELECT ${columns} FROM orders ${rest}`, [
      ...values,
    ])
    if (rows.length === 0) return []
    const ids = rows.map(({ id }) => id)
    const of = await readParts(tx, ids)
    return rows.map((row) => ({ orderId: row.id, order: bookOf(row, of) }))
  })

/** This service's own side of the books: one query for each kind of row and page, none per order. */
export const bookPages = (db: DataSource): Pick<OwnBooks, 'page' | 'byIds'> => ({
  page: (after, limit) => ordersWhere(db, 'WHERE id > ? ORDER BY id LIMIT ?', [after, limit]),
  byIds: async (ids) =>
    ids.length === 0 ? [] : ordersWhere(db, `WHERE id IN (${marks(ids)})`, ids),
})
