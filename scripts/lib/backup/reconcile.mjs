import { connectMysql } from '../stores/mysql.mjs'
import { Fault } from '../terminal/fault.mjs'
import { decide } from './decide.mjs'

/** What moved at the provider just before the instant may have been heard of only after it. */
const marginMs = 10 * 60_000

const batch = 500

const inBatches = async (ids, read) => {
  const rows = []
  for (let from = 0; from < ids.length; from += batch) {
    const [found] = await read(ids.slice(from, from + batch))
    rows.push(...found)
  }
  return rows
}

const byId = (rows) => new Map(rows.map((row) => [row.orderId, row]))

const readOrders = async (db, ids) =>
  byId(
    await inBatches(ids, (some) =>
      db.query(
        'SELECT id AS orderId, number, status, total, hold_until AS holdUntil FROM orders WHERE id IN (?)',
        [some],
      ),
    ),
  )

/** What its own ledger holds, as the books compare it. */
const readPayments = async (db, ids) => {
  const rows = await inBatches(ids, (some) =>
    db.query(
      `SELECT p.id, p.order_id AS orderId, p.status, p.amount, p.refunded,
         (SELECT COALESCE(SUM(IF(l.side = 'debit', l.amount, -l.amount)), 0) FROM ledger_entries l
          WHERE l.payment_id = p.id AND l.account = 'captured') AS captured
       FROM payments p WHERE p.order_id IN (?)`,
      [some],
    ),
  )
  return byId(rows.map((row) => ({ ...row, captured: Number(row.captured) })))
}

/** The provider's key of a charge names the payment that it is of. */
const paymentIdOf = ({ key }) => key.replace(/^payment-/, '')

const putPayment = (db, { orderId, key, amount, currency }, status) =>
  db.query(
    `INSERT INTO payments (id, order_id, provider, status, version, amount, currency, created_at, updated_at)
     VALUES (?, ?, 'simulated', ?, 2, ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))
     ON DUPLICATE KEY UPDATE status = VALUES(status), version = version + 1, amount = VALUES(amount),
       currency = VALUES(currency), updated_at = VALUES(updated_at)`,
    [paymentIdOf({ key }), orderId, status, amount, currency],
  )

/**
 * A refund that order had begun and payment had not written down by the instant: written down, so that a notice of it is not taken
 * for one of the provider's desk, and order's repeat finds it.
 */
const reserveBegun = async ({ order, payment }, { orderId }, paymentId) => {
  const [begun] = await order.query(
    `SELECT id, amount, currency FROM refunds WHERE order_id = ? AND status = 'pending'`,
    [orderId],
  )
  for (const { id, amount, currency } of begun) {
    await payment.beginTransaction()
    const [{ affectedRows }] = await payment.query(
      `INSERT IGNORE INTO refunds (id, payment_id, amount, currency, status, origin, done, created_at, updated_at)
       VALUES (?, ?, ?, ?, 'pending', 'order', FALSE, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
      [id, paymentId, amount, currency],
    )
    if (affectedRows === 1) {
      await payment.query('UPDATE payments SET refund_asked = refund_asked + ? WHERE id = ?', [
        amount,
        paymentId,
      ])
    }
    await payment.commit()
  }
}

const act = async ({ dbs, provider }, charge, payment) => {
  const { action, sum } = charge
  if (action === 'refund') {
    const paidBack = await provider.refund(charge.charge, sum.captured - sum.refunded)
    return { ...charge, action: paidBack ? 'refund' : 'refused' }
  }
  if (action === 'recreate') await putPayment(dbs.payment, charge, 'charging')
  if (action === 'return') await putPayment(dbs.payment, charge, 'cancelled')
  if (action === 'tell') await reserveBegun(dbs, charge, payment.id)
  return charge
}

const judged = async (dbs, charges) => {
  const ids = [...new Set(charges.map(({ orderId }) => orderId))]
  const orders = await readOrders(dbs.order, ids)
  const payments = await readPayments(dbs.payment, ids)
  return charges.map((charge) => {
    const [order, payment] = [orders.get(charge.orderId), payments.get(charge.orderId)]
    const action = decide({ sum: charge.sum, order, payment })
    return { charge: { ...charge, number: order?.number, action }, payment }
  })
}

const connectBoth = async (urls) => ({
  order: await connectMysql(urls.order),
  payment: await connectMysql(urls.payment),
})

/**
 * A database without orders from before the instant is no restored one: every charge would be one without an order.
 * @throws Fault when it is so
 */
export const requireHistory = async (urls, instant) => {
  const order = await connectMysql(urls.order)
  try {
    const [found] = await order.query('SELECT 1 FROM orders WHERE created_at < ? LIMIT 1', [
      instant.toISOString().slice(0, 23).replace('T', ' '),
    ])
    if (found.length > 0) return
  } finally {
    await order.end()
  }
  throw new Fault(`The database has no order from before ${instant.toISOString()}`, {
    advice: 'Is it the right one, and restored? Every charge since would be given back.',
  })
}

/**
 * Balances restored databases against the provider's ledger: names every charge since the instant, gives back what has no order,
 * makes anew what has one. Once, however often it runs. The shop's services must not run yet: a sweeper would take a payment that
 * it does not know to be charged for one that nobody wants.
 * @param urls addresses of the databases `{ order, payment }`, for accounts that write them
 * @param provider of `connectProvider`
 * @param really false only says what would be done
 * @returns `{ charges: [{ orderId, number, charge, amount, currency, at, action, after }], told }`; `after` is whether it came
 *   after the instant
 */
export const reconcile = async ({ urls, provider, instant, really = true }) => {
  const since = new Date(instant.getTime() - marginMs)
  const moved = await provider.movedSince(since)
  const dbs = await connectBoth(urls)
  try {
    const charges = []
    for (const { charge, payment } of await judged(dbs, moved)) {
      const done = really ? await act({ dbs, provider }, charge, payment) : charge
      charges.push({ ...done, after: new Date(charge.at) >= instant })
    }
    return { charges, told: really ? await provider.tellAgain(since) : 0 }
  } finally {
    await dbs.order.end()
    await dbs.payment.end()
  }
}
