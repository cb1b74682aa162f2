import { setTimeout as pause } from 'node:timers/promises'
import { connectMysql } from '../../scripts/lib/stores/mysql.mjs'

const query = async (url, sql) => {
  const db = await connectMysql(url)
  try {
    const [rows] = await db.query(sql)
    return rows
  } finally {
    await db.end()
  }
}

/** The provider's ledger by order: `[{ orderId, captured, refunded, captures, at }]`, `at` in ms. */
export const ledgerNow = (url) =>
  query(
    url,
    `SELECT reference AS orderId, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', MIN(entered_at)) / 1000 AS at,
       CAST(SUM(IF(kind = 'capture', amount, 0)) AS DOUBLE) AS captured,
       CAST(SUM(IF(kind = 'refund', amount, 0)) AS DOUBLE) AS refunded,
       CAST(SUM(kind = 'capture') AS DOUBLE) AS captures
     FROM micromart_provider.ledger GROUP BY reference`,
  )

/** What the shop holds in the end: its orders, and the bank's ledger. */
export const remaining = async (url) => ({
  orders: await query(url, 'SELECT id, status FROM micromart_order.orders'),
  ledger: await ledgerNow(url),
})

const everyMs = 5000
const patienceMs = 150_000

/** Asks for the books until they agree, or patience ends: rows of the last thirty seconds are work under way. */
export const booksAtRest = async ({ staff }, say) => {
  await staff.logIn()
  const ask = () =>
    staff.call({ op: 'books', process: 'staff', method: 'GET', path: '/v1/admin/books?full=true' })
  return say.step('The books', { usually: '40 to 90 s' }, async () => {
    await pause(31_000)
    for (const end = Date.now() + patienceMs; ; await pause(everyMs)) {
      const { status, body } = await ask()
      const agree = status === 200 && body.consistent === true
      if (!agree && Date.now() < end) continue
      const broken = (body.invariants ?? []).filter(({ holds }) => !holds)
      return {
        agree,
        status,
        orders: body.checked?.orders ?? body.orders,
        broken: broken.map(
          ({ id, violations }) => `${id}: ${JSON.stringify(violations).slice(0, 600)}`,
        ),
      }
    }
  })
}
