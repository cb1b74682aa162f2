import type { Operation } from '../load/history.ts'
import {
  canaryOf,
  type Evidence,
  type Invariant,
  kept,
  type OrderRow,
  wasPaid,
} from './evidence.ts'

const isPlacing = ({ op }: Operation): boolean => op.startsWith('place')

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

/** I7: no attempt with an unknown end has left an effect that nobody was told of. */
export const infoResolved: Invariant = (evidence) => {
  const { operations, dump } = evidence
  const named = new Set(
    operations.flatMap(({ outcome, order }) => (outcome === 'ok' && order ? [order.id] : [])),
  )
  const orphans = ownOf(dump.orders)
    .filter(({ id, status }) => kept.has(status) && !named.has(id))
    .map(({ id, email }) => `order ${id} of ${email} is paid, and no answer ever named it`)
  const byKey = Map.groupBy(operations.filter(isPlacing), ({ user, key }) => `${user} ${key}`)
  const open = [...byKey].flatMap(([key, tries]) => {
    const last = tries.toSorted((a, b) => a.at - b.at).at(-1)
    const settled = tries.some(
      ({ outcome, status }) => outcome === 'fail' || (outcome === 'ok' && status === 201),
    )
    return settled || last?.outcome !== 'info'
      ? []
      : [`key ${key}: never got an answer, last ${last.status} ${last.code ?? last.error ?? ''}`]
  })
  return [...orphans, ...open]
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

/** I8: one key and body, one answer, byte for byte; another body is refused; no key has two orders. */
export const answersRepeat: Invariant = (evidence) => {
  const placing = evidence.operations.filter(isPlacing)
  const byKey = Map.groupBy(placing, ({ user, key }) => `${user} ${key}`)
  return [...[...byKey].flatMap(([key, tries]) => keyFaults(key, tries)), ...keyedOnce(evidence)]
}

/** I12: a total is the sum of its frozen lines, at prices that the shop once had. */
export const totalsAddUp: Invariant = ({ dump, prices }) => {
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

/** I13: a timeline is a path in the table of moves and ends where the order stands. */
export const legalHistories: Invariant = ({ dump }) => {
  const timelines = Map.groupBy(dump.timeline, ({ orderId }) => orderId)
  return dump.orders.flatMap(({ id, status }) => {
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
}
