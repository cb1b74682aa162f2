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

/** I8: one key and body, one answer, byte for byte; another body is refused; no key has two orders. */
export const answersRepeat: Invariant = ({ operations }) => {
  const byKey = Map.groupBy(operations.filter(isPlacing), ({ user, key }) => `${user} ${key}`)
  return [...byKey].flatMap(([key, tries]) => {
    const first = tries.toSorted((a, b) => a.at - b.at)[0]
    const same = tries.filter(({ hash }) => hash === first?.hash)
    const final = same.filter(isFinal)
    const answers = new Set(final.map(({ status, body }) => `${status} ${body}`))
    const orders = new Set(
      same.flatMap(({ status, order }) => (status === 201 && order ? [order.id] : [])),
    )
    const settledAt = Math.min(...final.map(({ ended }) => ended))
    const strangers = tries.filter(
      ({ hash, outcome, at, code }) =>
        hash !== first?.hash &&
        (outcome === 'ok' ||
          (at > settledAt && outcome === 'fail' && code !== 'idempotency_mismatch')),
    )
    return [
      ...(answers.size > 1
        ? [`key ${key}: ${answers.size} final answers: ${[...answers].join(' / ')}`]
        : []),
      ...(orders.size > 1 ? [`key ${key}: orders ${[...orders].join(', ')}`] : []),
      ...strangers.map(
        ({ status, code }) => `key ${key}: another body got ${status} ${code ?? ''}`,
      ),
    ]
  })
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
