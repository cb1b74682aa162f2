import type { Operation } from '../load/history.ts'
import { byKey, type Dump, type Evidence, type Invariant, sumBy } from './evidence.ts'

const live = new Set(['PENDING', 'PAYMENT_PENDING'])

/** Attempts whose shopper has heard nothing but that it is not known yet. */
const stillWaiting = (operations: Evidence['operations']): readonly string[] =>
  [...byKey(operations)].flatMap(([key, tries]) => {
    const last = tries.toSorted((a, b) => a.at - b.at).at(-1)
    return last?.status === 202 ? [`key ${key}: last heard 202`] : []
  })

/** Money that went back and its order has not heard of: from the provider's desk, or because it came too late. */
const unheard = ({ refunds }: Dump): readonly string[] => {
  const known = new Set(refunds.filter(({ owner }) => owner === 'order').map(({ id }) => id))
  return refunds
    .filter(({ owner, id }) => owner === 'payment' && !known.has(id))
    .map(({ orderId, id }) => `order ${orderId} does not know its refund ${id}`)
}

/** I9: when all is quiet nothing is under way any more. */
export const nothingStuck = ({
  dump,
  operations,
}: Pick<Evidence, 'dump' | 'operations'>): readonly string[] => {
  const statuses = new Map(dump.orders.map(({ id, status }) => [id, status]))
  return [
    ...dump.orders
      .filter(({ status, isDue }) => live.has(status) || isDue)
      .map(
        ({ id, status, paymentStatus }) =>
          `order ${id} is still ${status} (payment ${paymentStatus}) or due`,
      ),
    ...dump.holds
      .filter(({ status }) => status === 'held')
      .map(
        ({ orderId }) =>
          `a live hold of order ${orderId}, ${statuses.get(orderId) ?? 'which is not there'}`,
      ),
    ...dump.outbox
      .filter(({ isSent }) => !isSent)
      .map(({ owner, topic, id }) => `${owner}: event ${id} of ${topic} is unsent`),
    ...dump.payments
      .filter(({ status }) => status === 'charging')
      .map(({ orderId }) => `the payment of order ${orderId} is still charging`),
    ...dump.refunds
      .filter(({ state }) => state === 'pending')
      .map(({ owner, orderId }) => `a refund of order ${orderId} is still pending at ${owner}`),
    ...dump.cartCheckouts
      .filter(({ orderId }) =>
        ['FAILED', 'REJECTED', 'CANCELLED'].includes(statuses.get(orderId) ?? ''),
      )
      .map(({ orderId }) => `order ${orderId} has ended and keeps its cart`),
    ...unheard(dump),
    ...stillWaiting(operations),
    ...Object.entries(dump.deadLetters)
      .filter(([, count]) => count > 0)
      .map(([consumer, count]) => `${count} dead letters of ${consumer}`),
  ]
}

/** The event that each status must have told; all of an order's path. */
const tells: Readonly<Record<string, readonly string[]>> = {
  PAID: ['order.paid.v1'],
  SHIPPED: ['order.paid.v1', 'order.shipped.v1'],
  DELIVERED: ['order.paid.v1', 'order.shipped.v1', 'order.delivered.v1'],
  CANCELLED: ['order.paid.v1', 'order.cancelled.v1'],
  REFUNDED: ['order.paid.v1', 'order.refunded.v1'],
  REJECTED: ['order.rejected.v1'],
  FAILED: ['order.failed.v1'],
}

/** Events that may come several times or later, with each refund. */
const several = new Set(['order.refunded.v1'])

const eventFaults = ({ orders, outbox }: Dump): readonly string[] => {
  const told = Map.groupBy(
    outbox.filter(({ owner }) => owner === 'order'),
    ({ aggregateId }) => aggregateId,
  )
  return orders.flatMap(({ id, status }) => {
    const topics = (told.get(id) ?? []).map(({ topic }) => topic)
    const wanted = tells[status] ?? []
    const missing = wanted.filter((topic) => !topics.includes(topic))
    const once = topics.filter((topic) => !several.has(topic))
    const extra = once.filter(
      (topic, index) => once.indexOf(topic) !== index || contradicts(topic, status),
    )
    return [...missing, ...extra].length === 0
      ? []
      : [`order ${id} (${status}): events ${topics.join(', ') || 'none'}`]
  })
}

const contradicts = (topic: string, status: string): boolean =>
  (topic === 'order.paid.v1' &&
    ['FAILED', 'REJECTED', 'PENDING', 'PAYMENT_PENDING'].includes(status)) ||
  (topic === 'order.cancelled.v1' && status !== 'CANCELLED') ||
  (topic === 'order.failed.v1' && status !== 'FAILED') ||
  (topic === 'order.rejected.v1' && status !== 'REJECTED')

/** Orders that a client heard were paid, and nobody else did. */
const untold = (operations: Evidence['operations'], { outbox }: Dump): readonly string[] => {
  const told = new Set(
    outbox.filter(({ topic }) => topic === 'order.paid.v1').map(({ aggregateId }) => aggregateId),
  )
  const paid = operations.flatMap(({ status, order }) =>
    status === 201 && order ? [order.id] : [],
  )
  return [...new Set(paid)]
    .filter((id) => !told.has(id))
    .map((id) => `order ${id} was answered as paid, and no event says so`)
}

/** I10: each order has told what happened to it, once, and nothing else. */
export const eventsMatch: Invariant = ({ operations, dump }) => {
  const ids = dump.outbox.map(({ owner, id }) => `${owner} ${id}`)
  const doubled = ids.length - new Set(ids).size
  const orders = new Set(dump.orders.map(({ id }) => id))
  const strange = dump.outbox.filter(
    ({ owner, topic, aggregateId }) =>
      owner === 'order' && topic.startsWith('order.') && !orders.has(aggregateId),
  )
  return [
    ...(doubled > 0 ? [`${doubled} event ids twice in an outbox`] : []),
    ...strange.map(
      ({ topic, aggregateId }) => `${topic} of order ${aggregateId}, which is not there`,
    ),
    ...eventFaults(dump),
    ...untold(operations, dump),
  ]
}

const essence = ({ stock, orders, movements, payments, ledger, refunds, timeline }: Dump) => ({
  stock: stock.stock,
  orders,
  movements,
  payments,
  ledger,
  refunds,
  timeline,
})

/** The carts of a person as they were read under a name: how many, and the units in them. */
const cartsRead = (reads: readonly Operation[], op: string) => {
  const carts = reads.filter((read) => read.op === op).flatMap(({ cart }) => (cart ? [cart] : []))
  const units = sumBy(
    carts.flatMap((cart) => Object.entries(cart)),
    ([sku]) => sku,
    ([, quantity]) => quantity,
  )
  const listed = [...units].map(([sku, count]) => `${sku} ${count}`).toSorted()
  return { count: carts.length, units: listed.join() }
}

/** Carts that were read before everything came again, and after it. */
const changedCarts = ({ operations }: Evidence): readonly string[] => {
  const reads = operations.filter(({ op }) => op === 'cart.before' || op === 'cart.final')
  return [...Map.groupBy(reads, ({ user }) => user)].flatMap(([user, own]) => {
    const [before, after] = [cartsRead(own, 'cart.before'), cartsRead(own, 'cart.final')]
    return before.count > 0 && before.count === after.count && before.units !== after.units
      ? [`the cart of ${user} is another after all events came again`]
      : []
  })
}

/** I14: events and webhooks that come again, late and out of order change nothing. */
export const replayChangesNothing: Invariant = (evidence) => {
  const { dump, replayed } = evidence
  if (!replayed) return []
  const [before, after] = [essence(dump), essence(replayed)]
  const changed = Object.keys(before)
    .filter((part) => {
      const name = part as keyof typeof before
      return JSON.stringify(before[name]) !== JSON.stringify(after[name])
    })
    .map((part) => `${part} is another after all events came again`)
  return [...changed, ...changedCarts(evidence)]
}
