import type { Operation } from '../load/history.ts'
import {
  byKey,
  canaryOf,
  type Dump,
  type Evidence,
  type Invariant,
  isPlacing,
  kept,
  type OrderRow,
  wasPaid,
} from './evidence.ts'

const placed = ({ operations }: Evidence) =>
  operations.filter((each) => isPlacing(each) && each.outcome === 'ok' && each.order)

/** I5: what a client was told exists, as it was told, and is its own. */
export const noLostOrder: Invariant = (evidence) => {
  const { orders, lines } = evidence.dump
  const byId = new Map(orders.map((order) => [order.id, order]))
  const linesOf = Map.groupBy(lines, ({ orderId }) => orderId)
  return placed(evidence).flatMap(({ order: seen, user }) => {
    const found = seen && byId.get(seen.id)
    if (!seen || !found) return [`order ${seen?.id} was answered to ${user} and is not there`]
    const units = new Map(linesOf.get(seen.id)?.map(({ sku, quantity }) => [sku, quantity]))
    const same =
      units.size === seen.items.length &&
      seen.items.every(({ sku, quantity }) => units.get(sku) === quantity)
    return [
      ...(found.total === seen.total
        ? []
        : [`order ${seen.id}: told ${seen.total}, is ${found.total}`]),
      ...(same ? [] : [`order ${seen.id}: other lines than answered`]),
      ...(canaryOf(found) === user
        ? []
        : [`order ${seen.id}: of ${canaryOf(found)}, told to ${user}`]),
    ]
  })
}

const ownOf = (orders: readonly OrderRow[]) => orders.filter((order) => canaryOf(order) !== '')

/** Goods that are kept for, or went to, an order that came to nothing. */
const keptGoods = ({ orders, holds }: Dump): readonly string[] => {
  const statuses = new Map(orders.map(({ id, status }) => [id, status]))
  const isLeft = (status: string, ofOrder = 'not there') =>
    (status === 'held' || status === 'claimed') &&
    ['FAILED', 'REJECTED', 'not there'].includes(ofOrder)
  return holds
    .filter(({ orderId, status }) => isLeft(status, statuses.get(orderId)))
    .map(
      ({ orderId, status }) =>
        `goods ${status} for ${orderId}, ${statuses.get(orderId) ?? 'which is not there'}`,
    )
}

/** I7: no attempt with an unknown end has left an effect that nobody was told of. */
export const infoResolved: Invariant = (evidence) => {
  const { operations, dump } = evidence
  const named = new Set(
    operations.flatMap(({ outcome, order }) => (outcome === 'ok' && order ? [order.id] : [])),
  )
  const orphans = ownOf(dump.orders)
    .filter(({ id, status }) => kept.has(status) && !named.has(id))
    .map(({ id, email }) => `order ${id} of ${email} is paid, and no answer ever named it`)
  const open = [...byKey(operations)].flatMap(([key, tries]) => {
    const last = tries.toSorted((a, b) => a.at - b.at).at(-1)
    const settled = tries.some(
      ({ outcome, status }) => outcome === 'fail' || (outcome === 'ok' && status === 201),
    )
    return settled || last?.outcome !== 'info'
      ? []
      : [`key ${key}: never got an answer, last ${last.status} ${last.code ?? last.error ?? ''}`]
  })
  return [...orphans, ...keptGoods(dump), ...open]
}

const finalCodes = new Set(['payment_declined', 'out_of_stock'])

const isFinal = ({ status, code }: Operation): boolean =>
  status === 201 || (code !== undefined && finalCodes.has(code))

/** Other writes by key: whoever asks again hears the first answer. */
const keyedOnce = ({ operations }: Evidence): readonly string[] => {
  const keyed = operations.filter(({ op }) => op === 'refund' || op === 'stock.adjust')
  return [...Map.groupBy(keyed, ({ op, key }) => `${op} ${key}`)].flatMap(([key, tries]) => {
    const answers = new Set(tries.filter(({ outcome }) => outcome === 'ok').map(({ body }) => body))
    return answers.size > 1 ? [`${key}: ${answers.size} answers to one key`] : []
  })
}

/** What is wrong with the answers to one key. */
const keyFaults = (key: string, tries: readonly Operation[]): readonly string[] => {
  const final = tries.filter(isFinal).toSorted((a, b) => a.ended - b.ended)
  const [first] = final
  if (!first) return []
  // A key whose attempt came to nothing by the shop's fault is free for any body: the first that got an answer has it.
  const answers = new Set(final.map(({ hash, status, body }) => `${hash} ${status} ${body}`))
  const orders = new Set(
    final.flatMap(({ status, order }) => (status === 201 && order ? [order.id] : [])),
  )
  const strangers = tries.filter(
    ({ hash, at, outcome, code }) =>
      hash !== first.hash &&
      at > first.ended &&
      outcome !== 'info' &&
      code !== 'idempotency_mismatch',
  )
  return [
    ...(answers.size > 1 ? [`key ${key}: final answers ${[...answers].join(' / ')}`] : []),
    ...(orders.size > 1 ? [`key ${key}: orders ${[...orders].join(', ')}`] : []),
    ...strangers.map(({ status, code }) => `key ${key}: another body got ${status} ${code ?? ''}`),
  ]
}

/** The store's own memory of a key is the order that the answers named. */
const otherOrders = ({ operations, dump }: Evidence): readonly string[] => {
  const stored = Map.groupBy(dump.keys, ({ key }) => key)
  return [...byKey(operations).values()].flatMap((tries) => {
    const key = tries[0]?.key ?? ''
    const rows = new Set((stored.get(key) ?? []).map(({ orderId }) => orderId))
    const last = tries.filter(({ status, order }) => status === 201 && order).at(-1)?.order?.id
    const wrong = rows.size > 1 || (last !== undefined && rows.size === 1 && !rows.has(last))
    return wrong ? [`key ${key}: stored for ${[...rows].join(', ')}, answered ${last}`] : []
  })
}

/** I8: one key and body, one answer, byte for byte; another body is refused; no key has two orders. */
export const answersRepeat: Invariant = (evidence) => [
  ...[...byKey(evidence.operations)].flatMap(([key, tries]) => keyFaults(key, tries)),
  ...keyedOnce(evidence),
  ...otherOrders(evidence),
]

/** I12: a total is the sum of its frozen lines, at prices that the shop once had. */
export const totalsAddUp: Invariant = ({ operations, dump, prices }) => {
  const told = operations.flatMap(
    ({ order }) => order?.items.map((item) => ({ id: order.id, ...item })) ?? [],
  )
  const strangely = told.filter(
    ({ sku, unitPrice }) => prices[sku] && unitPrice !== 0 && !prices[sku].includes(unitPrice),
  )
  const answered = strangely.map(
    ({ id, sku, unitPrice }) => `order ${id}: told ${sku} at ${unitPrice}, which it never cost`,
  )
  return [...answered, ...storedTotals({ dump, prices })]
}

const storedTotals = ({ dump, prices }: Pick<Evidence, 'dump' | 'prices'>): readonly string[] => {
  const linesOf = Map.groupBy(dump.lines, ({ orderId }) => orderId)
  return dump.orders
    .filter(({ status }) => wasPaid.has(status))
    .flatMap(({ id, total, subtotal, shipping, tax, discount }) => {
      const lines = linesOf.get(id) ?? []
      const sum = lines.reduce((all, { quantity, unitPrice }) => all + quantity * unitPrice, 0)
      const strange = lines.filter(
        ({ sku, unitPrice }) => prices[sku] && !prices[sku].includes(unitPrice),
      )
      return [
        ...(sum === subtotal ? [] : [`order ${id}: lines sum to ${sum}, subtotal ${subtotal}`]),
        ...(subtotal + shipping + tax - discount === total
          ? []
          : [`order ${id}: total ${total} does not add up`]),
        ...strange.map(
          ({ sku, unitPrice }) => `order ${id}: ${sku} at ${unitPrice}, which it never cost`,
        ),
      ]
    })
}

/** contract.md, 'Order states'. */
const moves: Readonly<Record<string, readonly string[]>> = {
  '': ['PENDING'],
  PENDING: ['PAYMENT_PENDING', 'PAID', 'REJECTED', 'FAILED'],
  PAYMENT_PENDING: ['PAID', 'FAILED'],
  PAID: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED', 'REFUNDED'],
  DELIVERED: ['REFUNDED'],
}

/** Whether a status may follow another, perhaps after others in between. */
const mayFollow = (from: string, to: string): boolean =>
  from === to || (moves[from] ?? []).some((next) => mayFollow(next, to))

/** What clients were told one after the other; a frozen answer tells of its own time. */
const toldBackwards = ({ operations }: Evidence): readonly string[] => {
  const told = operations.filter(({ order, replayed }) => order && !replayed)
  return [...Map.groupBy(told, ({ order }) => order?.id ?? '')].flatMap(([id, all]) =>
    all.flatMap(({ ended, order: before }) => {
      const wrong = all.find(
        ({ at, order: then }) => at > ended && !mayFollow(before?.status ?? '', then?.status ?? ''),
      )
      return wrong ? [`order ${id}: told ${before?.status}, and later ${wrong.order?.status}`] : []
    }),
  )
}

/** I13: a timeline is a path in the table of moves and ends where the order stands; so is what was told of it. */
export const legalHistories: Invariant = (evidence) => {
  const { dump } = evidence
  const timelines = Map.groupBy(dump.timeline, ({ orderId }) => orderId)
  const stored = dump.orders.flatMap(({ id, status }) => {
    const path = (timelines.get(id) ?? []).map((entry) => entry.status)
    const steps = path.filter((each, index) => each !== path[index - 1])
    const illegal = steps.filter((each, index) => !moves[steps[index - 1] ?? '']?.includes(each))
    return [
      ...(illegal.length > 0 ? [`order ${id}: ${steps.join(' > ')}`] : []),
      ...(steps.at(-1) === status
        ? []
        : [`order ${id}: ${status}, but its timeline ends at ${steps.at(-1)}`]),
    ]
  })
  return [...stored, ...toldBackwards(evidence)]
}
