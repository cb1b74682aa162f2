import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { canaryIn, type Dump, type Hold, type RefundRow } from '../checker/evidence.ts'
import { readStock } from './stock-reader.ts'

type Row = Readonly<Record<string, unknown>>

const text = (row: Row, name: string): string => String(row[name])
const number = (row: Row, name: string): number => Number(row[name])

const reader =
  (db: Connection) =>
  async (sql: string): Promise<readonly Row[]> =>
    (await db.query<RowDataPacket[]>(sql))[0]

type Read = ReturnType<typeof reader>

const hasTable = async (read: Read, schema: string, table: string): Promise<boolean> =>
  (
    await read(
      `SELECT 1 FROM information_schema.tables WHERE table_schema = '${schema}' AND table_name = '${table}'`,
    )
  ).length > 0

const readOrders = async (read: Read) => ({
  orders: (await read('SELECT * FROM micromart_order.orders ORDER BY id')).map((row) => ({
    id: text(row, 'id'),
    status: text(row, 'status'),
    paymentStatus: text(row, 'payment_status'),
    email: text(row, 'email'),
    addressee: canaryIn(text(row, 'ship_to')),
    total: number(row, 'total'),
    subtotal: number(row, 'subtotal'),
    shipping: number(row, 'shipping'),
    tax: number(row, 'tax'),
    discount: number(row, 'discount'),
    stockClaimed: number(row, 'stock_claimed') === 1,
    isDue: row['due_at'] !== null,
    createdAt: (row['created_at'] as Date).getTime(),
  })),
  lines: (await read('SELECT * FROM micromart_order.order_lines ORDER BY order_id, line')).map(
    (row) => ({
      orderId: text(row, 'order_id'),
      sku: text(row, 'sku'),
      quantity: number(row, 'quantity'),
      unitPrice: number(row, 'unit_price'),
    }),
  ),
  timeline: (await read('SELECT * FROM micromart_order.order_timeline ORDER BY id')).map((row) => ({
    orderId: text(row, 'order_id'),
    status: text(row, 'status'),
    event: text(row, 'event'),
  })),
  keys: (await read('SELECT * FROM micromart_order.order_keys')).map((row) => ({
    key: text(row, 'idem_key'),
    orderId: text(row, 'order_id'),
  })),
  cartCheckouts: (await read('SELECT order_id FROM micromart_order.cart_checkout')).map((row) => ({
    orderId: text(row, 'order_id'),
  })),
})

const readHolds = async (read: Read): Promise<readonly Hold[]> => {
  const lines = Map.groupBy(
    await read('SELECT order_id, sku, quantity FROM micromart_product.stock_hold_lines'),
    (row) => text(row, 'order_id'),
  )
  const holds = await read(
    'SELECT order_id, status FROM micromart_product.stock_holds ORDER BY order_id',
  )
  return holds.map((row) => ({
    orderId: text(row, 'order_id'),
    status: text(row, 'status'),
    lines: (lines.get(text(row, 'order_id')) ?? []).map((line) => ({
      sku: text(line, 'sku'),
      quantity: number(line, 'quantity'),
    })),
  }))
}

const refundStates: Readonly<Record<string, RefundRow['state']>> = {
  refunded: 'done',
  pending: 'pending',
  refused: 'refused',
}

const readRefunds = async (read: Read): Promise<readonly RefundRow[]> => {
  const payments = await read(
    `SELECT r.*, p.order_id FROM micromart_payment.refunds r
     JOIN micromart_payment.payments p ON p.id = r.payment_id ORDER BY r.id`,
  )
  const orders = (await hasTable(read, 'micromart_order', 'refunds'))
    ? await read('SELECT * FROM micromart_order.refunds ORDER BY id')
    : []
  const refund =
    (owner: RefundRow['owner']) =>
    (row: Row): RefundRow => ({
      owner,
      id: text(row, 'id'),
      orderId: text(row, 'order_id'),
      amount: number(row, 'amount'),
      state: refundStates[text(row, 'status')] ?? (number(row, 'done') === 1 ? 'done' : 'pending'),
    })
  return [...payments.map(refund('payment')), ...orders.map(refund('order'))]
}

const readMoney = async (read: Read) => ({
  payments: (await read('SELECT * FROM micromart_payment.payments ORDER BY order_id')).map(
    (row) => ({
      orderId: text(row, 'order_id'),
      status: text(row, 'status'),
      amount: number(row, 'amount'),
      refunded: number(row, 'refunded'),
    }),
  ),
  refunds: await readRefunds(read),
  ledger: (await read('SELECT * FROM micromart_provider.ledger ORDER BY seq')).map((row) => ({
    kind: text(row, 'kind') === 'refund' ? ('refund' as const) : ('capture' as const),
    key: text(row, 'idempotency_key'),
    chargeId: text(row, 'charge_id'),
    reference: text(row, 'reference'),
    amount: number(row, 'amount'),
  })),
})

const withOutbox = ['product', 'user', 'order', 'payment']

const readOutboxes = async (read: Read) => {
  const all = []
  for (const owner of withOutbox) {
    if (!(await hasTable(read, `micromart_${owner}`, 'outbox'))) continue
    const rows = await read(`SELECT * FROM micromart_${owner}.outbox ORDER BY seq`)
    all.push(
      ...rows.map((row) => ({
        owner,
        id: text(row, 'id'),
        topic: text(row, 'topic'),
        aggregateId: text(row, 'aggregate_id'),
        isSent: row['sent_at'] !== null,
      })),
    )
  }
  return all
}

/** Reads everything that the checker wants, past the proxies. */
export const dumpAll = async (url: string, at: number): Promise<Dump> => {
  const db = await createConnection({ uri: url, timezone: 'Z' })
  try {
    const read = reader(db)
    return {
      ...(await readOrders(read)),
      ...(await readMoney(read)),
      stock: await readStock(db, at),
      holds: await readHolds(read),
      movements: (await read('SELECT * FROM micromart_product.stock_movements ORDER BY id')).map(
        (row) => ({
          sku: text(row, 'sku'),
          delta: number(row, 'delta'),
          kind: text(row, 'kind'),
          orderId: row['order_id'] === null ? null : text(row, 'order_id'),
        }),
      ),
      outbox: await readOutboxes(read),
      deadLetters: {},
    }
  } finally {
    await db.end()
  }
}

/** Charges that time will change, and notices on their way: the provider has something to say yet. */
export const providerWaiting = async (url: string): Promise<number> => {
  const db = await createConnection(url)
  try {
    const [row] = await reader(db)(
      `SELECT (SELECT COUNT(*) FROM micromart_provider.charges WHERE due_at IS NOT NULL)
            + (SELECT COUNT(*) FROM micromart_provider.notices WHERE next_at IS NOT NULL) AS waiting`,
    )
    return number(row ?? {}, 'waiting')
  } finally {
    await db.end()
  }
}
