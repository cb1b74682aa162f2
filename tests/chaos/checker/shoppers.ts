import type { Operation } from '../load/history.ts'
import { canaryOf, type Evidence, type FaultRecord, type Invariant, wasPaid } from './evidence.ts'

const quantityOf = ({ asked }: Operation): number => Number(asked?.['quantity'] ?? 0)

const touchesLoss = ({ redisLosses }: Evidence, { at, ended }: Operation): boolean =>
  redisLosses.some(([from, to]) => ended >= from && at <= to)

type Tally = { low: number; high: number }

/** What must lie in a person's carts: certain additions, less what was bought. An addition repeated under its key counts once. */
const expectedCart = (
  evidence: Evidence,
  operations: readonly Operation[],
  bought: ReadonlyMap<string, number>,
) => {
  const tallies = new Map<string, Tally>()
  const adds = Map.groupBy(
    operations.filter(({ op }) => op === 'cart.add'),
    ({ key }) => key ?? '',
  )
  for (const tries of adds.values()) {
    const [first] = tries
    if (!first) continue
    const sku = String(first.asked?.['sku'])
    const tally = tallies.get(sku) ?? { low: 0, high: 0 }
    const done = tries.some(({ outcome }) => outcome === 'ok')
    const perhaps = done || tries.some(({ outcome }) => outcome === 'info')
    const lost = tries.some((each) => touchesLoss(evidence, each))
    if (done && !lost) tally.low += quantityOf(first)
    if (perhaps) tally.high += quantityOf(first)
    tallies.set(sku, tally)
  }
  for (const [sku, units] of bought) {
    const tally = tallies.get(sku) ?? { low: 0, high: 0 }
    tallies.set(sku, { low: Math.max(0, tally.low - units), high: Math.max(0, tally.high - units) })
  }
  return tallies
}

const boughtBy = ({ dump }: Evidence): ReadonlyMap<string, ReadonlyMap<string, number>> => {
  const owners = new Map(
    dump.orders
      .filter(({ status }) => wasPaid.has(status))
      .map((order) => [order.id, canaryOf(order)]),
  )
  const all = new Map<string, Map<string, number>>()
  for (const { orderId, sku, quantity } of dump.lines) {
    const owner = owners.get(orderId)
    if (owner === undefined) continue
    const units = all.get(owner) ?? new Map<string, number>()
    units.set(sku, (units.get(sku) ?? 0) + quantity)
    all.set(owner, units)
  }
  return all
}

/** I11: what was bought is out of the cart, what was added later is still in it, and nothing else happened to it. */
export const cartsAgree: Invariant = (evidence) => {
  const bought = boughtBy(evidence)
  const byUser = Map.groupBy(evidence.operations, ({ user }) => user)
  return [...byUser].flatMap(([user, operations]) => {
    const finals = operations.filter(({ op, cart }) => op === 'cart.final' && cart)
    if (finals.length === 0) return []
    const found = new Map<string, number>()
    for (const { cart = {} } of finals) {
      for (const [sku, units] of Object.entries(cart)) found.set(sku, (found.get(sku) ?? 0) + units)
    }
    const expected = expectedCart(evidence, operations, bought.get(user) ?? new Map())
    // After a loss the event that takes goods out may be gone, too, or the whole cart.
    const lossy = operations.some((each) => touchesLoss(evidence, each))
    return [...new Set([...expected.keys(), ...found.keys()])].flatMap((sku) => {
      const { low, high } = expected.get(sku) ?? { low: 0, high: 0 }
      const units = found.get(sku) ?? 0
      const right = lossy ? true : units >= low && units <= high
      const wanted = low === high ? String(low) : `${low} to ${high}`
      return right ? [] : [`the cart of ${user} holds ${units} of ${sku}, expected ${wanted}`]
    })
  })
}

/** I15: no answer held another person's canary, and no order goes to another person's address. */
export const noLeak: Invariant = ({ operations, dump }) => [
  ...operations
    .filter(({ foreign }) => foreign && foreign.length > 0)
    .map(
      ({ op, user, foreign = [], id }) =>
        `${op} (${id}) showed ${user} data of ${foreign.join(', ')}`,
    ),
  ...dump.orders
    .filter((order) => order.addressee !== canaryOf(order))
    .map((order) => `order ${order.id} of ${canaryOf(order)} goes to ${order.addressee}`),
]

const firstOkLimitMs = 10_000
const fullLimitMs = 60_000

const tooLate = (
  { name }: FaultRecord,
  what: string,
  ms: number | undefined,
  limitMs: number,
): readonly string[] =>
  ms !== undefined && ms <= limitMs
    ? []
    : [`${name}: ${what} ${ms === undefined ? 'never' : `${Math.round(ms)} ms after healing`}`]

/**
 * I16: after each fault somebody bought within 10 s, the shop was at its pace again within 60 s, and all had come to rest 60 s after
 * the load. Time for which others kept the machine busy is not the shop's.
 */
export const recovers: Invariant = ({ faults, leftAtRest = [] }) => [
  ...faults.flatMap((fault) => [
    ...tooLate(fault, 'first order', fault.fairFirstOkMs ?? fault.firstOkMs, firstOkLimitMs),
    ...tooLate(fault, 'full pace', fault.fairFullMs ?? fault.fullMs, fullLimitMs),
  ]),
  ...leftAtRest.map((what) => `not at rest in time: ${what}`),
]
