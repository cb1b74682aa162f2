import { type Evidence, type Invariant, kept, type Movement, sumBy } from './evidence.ts'
import { stockFaults } from './stock-read.ts'

/** Adjustments that are certain, and those that may have happened. */
const adjusted = ({ operations }: Evidence, sku: string) => {
  const asked = operations.filter(
    ({ op, asked: of }) => op === 'stock.adjust' && of?.['sku'] === sku,
  )
  const deltas = (outcome: string) =>
    asked.filter((each) => each.outcome === outcome).map(({ asked: of }) => Number(of?.['delta']))
  return { sure: deltas('ok'), perhaps: deltas('info') }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)

const supplied = ({ kind }: Movement): boolean => kind !== 'sale' && kind !== 'return'

/** I1: stock is conserved in every read, and its supply is what staff put there. */
export const stockConserved: Invariant = (evidence) => {
  const { brokenReads, dump, initial } = evidence
  const supply = sumBy(
    dump.movements.filter(supplied),
    ({ sku }) => sku,
    ({ delta }) => delta,
  )
  const wrong = Object.entries(initial).flatMap(([sku, units]) => {
    const { sure, perhaps } = adjusted(evidence, sku)
    const low = units + sum(sure) + sum(perhaps.filter((delta) => delta < 0))
    const high = units + sum(sure) + sum(perhaps.filter((delta) => delta > 0))
    const found = supply.get(sku) ?? 0
    return found < low || found > high
      ? [`${sku}: ${found} units supplied, staff put ${low === high ? low : `${low} to ${high}`}`]
      : []
  })
  return [
    ...brokenReads.flatMap((read) => stockFaults(read).map((what) => `at ${read.at}: ${what}`)),
    ...stockFaults(dump.stock).map((what) => `in the end: ${what}`),
    ...wrong,
  ]
}

/** I2: no more units on paid orders than there ever were, and the ledger's sales are those orders'. */
export const notOversold: Invariant = ({ dump }) => {
  const { orders, lines, movements } = dump
  const statuses = new Map(orders.map(({ id, status }) => [id, status]))
  const bought = lines.filter(({ orderId }) => kept.has(statuses.get(orderId) ?? ''))
  const supply = sumBy(
    movements.filter(supplied),
    ({ sku }) => sku,
    ({ delta }) => delta,
  )
  const over = [
    ...sumBy(
      bought,
      ({ sku }) => sku,
      ({ quantity }) => quantity,
    ),
  ]
    .filter(([sku, units]) => units > (supply.get(sku) ?? 0))
    .map(([sku, units]) => `${sku}: ${units} units on paid orders, ${supply.get(sku) ?? 0} existed`)

  const of = (row: { orderId: string | null; sku: string }) => `${row.orderId} ${row.sku}`
  const sold = sumBy(
    movements.filter((each) => each.orderId !== null),
    of,
    ({ delta }) => -delta,
  )
  const ordered = sumBy(lines, of, ({ quantity }) => quantity)
  const claimed = new Set(orders.filter(({ stockClaimed }) => stockClaimed).map(({ id }) => id))
  const lies = [...new Set([...sold.keys(), ...ordered.keys()])].flatMap((key) => {
    const orderId = key.split(' ')[0] ?? ''
    const units = sold.get(key) ?? 0
    const status = statuses.get(orderId)
    const most = ordered.get(key) ?? 0
    // Returned goods of a refunded order may or may not lie on the shelf again: staff decide.
    const mayDiffer =
      status === 'PAID' || status === 'SHIPPED' || status === 'DELIVERED' || status === 'REFUNDED'
    const right = mayDiffer
      ? units >= 0 &&
        units <= most &&
        (units > 0 || !claimed.has(orderId) || hasReturn(movements, orderId))
      : units === 0
    return right
      ? []
      : [`order ${key} (${status ?? 'absent'}): ${units} units sold of ${most} ordered`]
  })
  return [...over, ...lies]
}

const hasReturn = (movements: readonly Movement[], orderId: string): boolean =>
  movements.some((each) => each.kind === 'return' && each.orderId === orderId)

/** I3: where demand was there and nothing is held, everything is sold. */
export const notUndersold: Invariant = ({ dump, soldOut }) => {
  const left = new Map(dump.stock.stock.map(({ sku, onHand }) => [sku, onHand]))
  return soldOut
    .filter((sku) => left.get(sku) !== 0)
    .map(
      (sku) =>
        `${sku}: refused as sold out, yet ${left.get(sku) ?? 'an unknown number of'} units lie there`,
    )
}
