import { type Invariant, kept, type LedgerRow, sumBy, wasPaid } from './evidence.ts'

const captures = (ledger: readonly LedgerRow[]) => ledger.filter(({ kind }) => kind === 'capture')

const netOf = (ledger: readonly LedgerRow[]): ReadonlyMap<string, number> =>
  sumBy(
    ledger,
    ({ reference }) => reference,
    ({ kind, amount }) => (kind === 'capture' ? amount : -amount),
  )

/** I4: at most one capture per order; what is kept is the total less the refunds; nothing is kept of an order that ended. */
export const capturedOnce: Invariant = ({ dump }) => {
  const { orders, ledger, payments, refunds } = dump
  const counted = sumBy(
    captures(ledger),
    ({ reference }) => reference,
    () => 1,
  )
  const net = netOf(ledger)
  const promised = sumBy(
    refunds.filter(({ owner, state }) => owner === 'payment' && state === 'done'),
    ({ orderId }) => orderId,
    ({ amount }) => amount,
  )
  const known = new Map(payments.map((payment) => [payment.orderId, payment]))
  const twice = [...counted]
    .filter(([, count]) => count > 1)
    .map(([order, count]) => `order ${order}: captured ${count} times`)
  const wrong = orders.flatMap(({ id, status, total }) => {
    const got = net.get(id) ?? 0
    const back = promised.get(id) ?? 0
    const due = kept.has(status) ? total - back : 0
    const money = got === due ? [] : [`order ${id} (${status}): provider keeps ${got}, due ${due}`]
    const payment = known.get(id)
    const says = payment?.status === 'captured' ? payment.amount - payment.refunded : 0
    return says === got ? money : [...money, `order ${id}: payment says ${says}, provider ${got}`]
  })
  return [...twice, ...wrong]
}

/** I6: each capture belongs to one order that was paid. */
export const noOrphanMoney: Invariant = ({ dump }) => {
  const statuses = new Map(dump.orders.map(({ id, status }) => [id, status]))
  const net = netOf(dump.ledger)
  return captures(dump.ledger).flatMap(({ reference, amount }) => {
    const status = statuses.get(reference)
    if (status !== undefined && wasPaid.has(status)) return []
    // Money that came after its order had ended is fine once it is back.
    return status !== undefined && net.get(reference) === 0
      ? []
      : [`${amount} captured for order ${reference}, which is ${status ?? 'not there'}`]
  })
}
