/* oxlint-disable no-console -- a measurement that is run by hand */
import { systemClock } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import { testDatabase } from '@micromart/testing'
import type { BookPages, RemoteBooks } from '../src/model/book-ports.ts'
import { booksMysql } from '../src/repository/books-mysql.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { entities } from '../src/repository/rows.ts'
import { checkBooks } from '../src/usecase/check-books.ts'

/*
 * The books over so many orders, made in SQL; the other stores' pages are computed. Of 20 orders one failed, one was cancelled,
 * one rejected, ten delivered, seven paid; of 5,000 one still waits for its payment. In bounded memory, by hand:
 *   MICROMART_TEST_MYSQL_URL=mysql://root@127.0.0.1:3399 node --max-old-space-size=128 --max-semi-space-size=8 \
 *     services/order/tests/book-million.ts 1000000
 */

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')

const idOf = (n: number): string => `01900000-${hex(n >> 4, 4)}-7000-8000-${hex(n, 12)}`

const idSql = `CONCAT('01900000-', LPAD(LOWER(HEX(n >> 4)), 4, '0'), '-7000-8000-', LPAD(LOWER(HEX(n)), 12, '0'))`

type Kind = 'failed' | 'cancelled' | 'rejected' | 'delivered' | 'paid' | 'waiting'

const kindOf = (n: number): Kind => {
  if (n % 5_000 === 4_999) return 'waiting'
  const rest = n % 20
  if (rest === 0) return 'failed'
  if (rest === 1) return 'cancelled'
  if (rest === 2) return 'rejected'
  return rest < 13 ? 'delivered' : 'paid'
}

const kindSql = `CASE WHEN n % 5000 = 4999 THEN 'PAYMENT_PENDING' WHEN n % 20 = 0 THEN 'FAILED' WHEN n % 20 = 1 THEN 'CANCELLED'
  WHEN n % 20 = 2 THEN 'REJECTED' WHEN n % 20 < 13 THEN 'DELIVERED' ELSE 'PAID' END`

const at = `TIMESTAMP '2026-01-01 00:00:00'`
const recent = 'UTC_TIMESTAMP(3) - INTERVAL 1 HOUR'

type Query = (sql: string) => Promise<unknown>

const bySteps = async (count: number, made: string, query: Query): Promise<void> => {
  const step = 20_000
  for (let from = 0; from < count; from += step) {
    await query(made.replace('NUMBERS', `numbers WHERE n BETWEEN ${from} AND ${from + step - 1}`))
  }
}

/** Timeline entries: which kinds have them, in order. */
const entries: readonly (readonly [string, string, string])[] = [
  ['PENDING', 'order.placed', '1 = 1'],
  ['PENDING', 'stock.held', `kind <> 'REJECTED'`],
  ['PENDING', 'payment.charged', `kind IN ('PAID', 'DELIVERED', 'CANCELLED')`],
  ['PAID', 'order.paid', `kind IN ('PAID', 'DELIVERED', 'CANCELLED')`],
  ['PAID', 'stock.claimed', `kind IN ('PAID', 'DELIVERED', 'CANCELLED')`],
  ['SHIPPED', 'order.shipped', `kind = 'DELIVERED'`],
  ['DELIVERED', 'order.delivered', `kind = 'DELIVERED'`],
  ['CANCELLED', 'order.cancelled', `kind = 'CANCELLED'`],
  ['REJECTED', 'order.rejected', `kind = 'REJECTED'`],
  ['FAILED', 'order.failed', `kind = 'FAILED'`],
  ['PAYMENT_PENDING', 'payment.unknown', `kind = 'PAYMENT_PENDING'`],
]

const fill = async (count: number, query: Query): Promise<void> => {
  await query('CREATE TABLE numbers (n INT PRIMARY KEY)')
  await query('INSERT INTO numbers VALUES (0)')
  for (let have = 1; have < count; have *= 2) {
    await query(`INSERT INTO numbers SELECT n + ${have} FROM numbers WHERE n + ${have} < ${count}`)
  }
  await bySteps(
    count,
    `INSERT INTO orders (id, number, status, version, user_id, email, ship_to, payment_status, payment_method, currency,
       subtotal, shipping, tax, discount, total, refunded, cart_id, cart_version, cart_key, stock_claimed, due_at, tries,
       created_at, updated_at)
     SELECT ${idSql}, CONCAT('M-', LPAD(n, 9, '0')), ${kindSql}, 3, NULL, 'a@example.org', '{}',
       IF(${kindSql} = 'CANCELLED', 'refunded', 'paid'), 'card', 'EUR', 1500, 0, 0, 0, 1500,
       IF(${kindSql} = 'CANCELLED', 1500, 0), ${idSql}, ${idSql}, 'guest:x', n % 20 > 2,
       IF(n % 5000 = 4999, UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, NULL), 0,
       IF(n % 5000 = 4999, ${recent}, ${at}), IF(n % 5000 = 4999, ${recent}, ${at}) FROM NUMBERS`,
    query,
  )
  await bySteps(
    count,
    `INSERT INTO order_lines (order_id, line, sku, title, quantity, unit_price)
     SELECT ${idSql}, line, CONCAT('SKU-', line), 'Mug', line, 500
       FROM (SELECT 1 AS line UNION ALL SELECT 2) l CROSS JOIN NUMBERS`,
    query,
  )
  const chosen = entries
    .map(
      ([status, event], place) =>
        `SELECT ${place} AS place, '${status}' AS status, '${event}' AS event`,
    )
    .join(' UNION ALL ')
  const conditions = entries.map(
    ([, , when], place) => `(place = ${place} AND ${when.replaceAll('kind', `(${kindSql})`)})`,
  )
  await bySteps(
    count,
    `INSERT INTO order_timeline (order_id, at, status, event, message, actor)
     SELECT ${idSql}, ${at}, status, event, 'x', 'shop' FROM (${chosen}) e CROSS JOIN NUMBERS
       AND (${conditions.join(' OR ')}) ORDER BY n, place`,
    query,
  )
  await bySteps(
    count,
    `INSERT INTO refunds (id, order_id, status, currency, amount, reason, restock, created_at, updated_at)
     SELECT ${idSql}, ${idSql}, 'refunded', 'EUR', 1500, '', 1, ${at}, ${at} FROM NUMBERS AND n % 20 = 1 AND n % 5000 <> 4999`,
    query,
  )
}

const then = new Date('2026-01-01T00:00:00Z')

const numberOf = (id: string): number => (id === '' ? -1 : Number.parseInt(id.slice(24), 16))

/** Rows of all orders after one, made on the fly; its UUID may be the one before an order's. */
const computed =
  <T>(count: number, row: (n: number, id: string) => T | undefined): BookPages<T> =>
  async (after, limit) => {
    const rows: T[] = []
    for (let n = Math.max(0, numberOf(after)); n < count && rows.length < limit; n += 1) {
      const id = idOf(n)
      const made = id > after ? row(n, id) : undefined
      if (made !== undefined) rows.push(made)
    }
    return rows
  }

const lines = [
  { sku: 'SKU-1', quantity: 1n },
  { sku: 'SKU-2', quantity: 2n },
]

const states = {
  failed: 'released',
  cancelled: 'returned',
  delivered: 'claimed',
  paid: 'claimed',
  waiting: 'held',
} as const

const moneyOf = (kind: Kind) => {
  const captured = kind === 'failed' || kind === 'waiting' ? 0n : 1500n
  return { captured, refunded: kind === 'cancelled' ? 1500n : 0n }
}

const remoteOf = (count: number): RemoteBooks => ({
  holds: computed(count, (n, orderId) => {
    const kind = kindOf(n)
    if (kind === 'rejected') return undefined
    const expiresAt = new Date(Date.now() + 900_000)
    return {
      orderId,
      state: states[kind],
      lines,
      returned: kind === 'cancelled' ? lines : [],
      expiresAt,
      updatedAt: then,
    }
  }),
  payments: computed(count, (n, orderId) => {
    const kind = kindOf(n)
    if (kind === 'rejected') return undefined
    return {
      orderId,
      status: 'captured',
      currency: 'EUR',
      ...moneyOf(kind),
      imbalance: 0n,
      refundsOpen: 0n,
      updatedAt: then,
    }
  }),
  provider: computed(count, (n, orderId) => {
    const kind = kindOf(n)
    const money = moneyOf(kind)
    if (kind === 'rejected' || money.captured === 0n) return undefined
    return { orderId, currency: 'EUR', ...money, captures: 1, updatedAt: then }
  }),
  providerKnown: async () => true,
  stock: async () => [],
  leftInCarts: async () => new Set<string>(),
  backlogs: async () => [],
})

type Measured = {
  readonly check: string
  readonly seconds: number
  /** Orders that were read. */
  readonly checked: number
  readonly broken: readonly string[]
  readonly residentMiB: number
}

const runs = [
  ['first', false],
  ['second', false],
  ['full', true],
] as const

/** Makes the orders, then checks their books three times. */
export const measure = async (count: number): Promise<readonly Measured[]> => {
  await using database = await testDatabase('order', migrations)
  await using db = await openDatabase({ url: database.url, entities, migrations })
  await fill(count, (sql) => db.query(sql))
  let most = 0
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss)
  }, 100)
  const books = {
    own: booksMysql(db, systemClock),
    remote: remoteOf(count),
    moment: async () => {},
  }
  const check = checkBooks({ books, clock: systemClock })
  const measured: Measured[] = []
  for (const [name, full] of runs) {
    const begun = performance.now()
    const { invariants } = await check({ full })
    measured.push({
      check: name,
      seconds: Math.round(performance.now() - begun) / 1000,
      checked: invariants.find(({ id }) => id === 'I12')?.checked ?? 0,
      broken: invariants.filter(({ holds }) => !holds).map(({ id }) => id),
      residentMiB: Math.round(most / 2 ** 20),
    })
  }
  clearInterval(watch)
  return measured
}

if (process.argv[1] === import.meta.filename) {
  console.table(await measure(Number(process.argv[2] ?? 1_000_000)))
}
