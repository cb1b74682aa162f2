import type { Operation } from '../load/history.ts'
import {
  byKey,
  type Evidence,
  type Invariant,
  kept,
  type LedgerRow,
  sumBy,
  wasPaid,
} from './evidence.ts'

const captures = (ledger: readonly LedgerRow[]) => ledger.filter(({ kind }) => kind === 'capture')

const netOf = (ledger: readonly LedgerRow[]): ReadonlyMap<string, number> =>
  sumBy(
    ledger,
    ({ reference }) => reference,
    ({ kind, amount }) => (kind === 'capture' ? amount : -amount),
  )

/** Whoever was told that an order is paid was charged its total, and once per key, however many orders the key had. */
const toldOtherwise = ({ operations, dump }: Evidence): readonly string[] => {
  const gross = sumBy(
    captures(dump.ledger),
    ({ reference }) => reference,
    ({ amount }) => amount,
  )
  const told = operations.flatMap(({ status, order }) => (status === 201 && order ? [order] : []))
  const totals = new Map(told.map(({ id, total }) => [`${id} ${total}`, { id, total }]))
  const wrong = [...totals.values()].flatMap(({ id, total }) =>
    (gross.get(id) ?? 0) === total
      ? []
      : [`order ${id}: captured ${gross.get(id) ?? 0}, told ${total}`],
  )
  const ordersOf = (tries: readonly Operation[]) =>
    new Set(tries.flatMap(({ order }) => (order && gross.has(order.id) ? [order.id] : [])))
  const twice = [...byKey(operations)].flatMap(([key, tries]) =>
    ordersOf(tries).size > 1 ? [`key ${key}: captured for ${[...ordersOf(tries)].join(', ')}`] : [],
  )
  return [...wrong, ...twice]
}

/** I4: at most one capture per order; what is kept is the total less the refunds; nothing is kept of an order that ended. */
export const capturedOnce: Invariant = (evidence) => {
  const { dump } = evidence
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
  return [...twice, ...wrong, ...toldOtherwise(evidence)]
}

const refusals = new Set(['payment_declined', 'out_of_stock'])

/** Whoever heard a final no was charged nothing. */
const chargedAndRefused = ({ operations, dump }: Evidence): readonly string[] => {
  const net = netOf(dump.ledger)
  const orders = new Map(dump.keys.map(({ key, orderId }) => [key, orderId]))
  return [...byKey(operations).values()].flatMap((tries) => {
    const refusal = tries.find(({ code }) => code !== undefined && refusals.has(code))
    const order = orders.get(refusal?.key ?? '') ?? ''
    const got = refusal ? (net.get(order) ?? 0) : 0
    return got === 0 ? [] : [`key ${refusal?.key}: ${refusal?.code}, and ${got} kept for ${order}`]
  })
}

/** I6: each capture belongs to one order that was paid. */
export const noOrphanMoney: Invariant = (evidence) => {
  const { dump } = evidence
  const statuses = new Map(dump.orders.map(({ id, status }) => [id, status]))
  const net = netOf(dump.ledger)
  const orphans = captures(dump.ledger).flatMap(({ reference, amount }) => {
    const status = statuses.get(reference)
    if (status !== undefined && wasPaid.has(status)) return []
    // Money that came after its order had ended is fine once it is back.
    return status !== undefined && net.get(reference) === 0
      ? []
      : [`${amount} captured for order ${reference}, which is ${status ?? 'not there'}`]
  })
  return [...orphans, ...chargedAndRefused(evidence)]
}
