import {
  type Dump,
  type Evidence,
  type Invariant,
  kept,
  type Movement,
  type OrderRow,
  sumBy,
  wasPaid,
} from './evidence.ts'
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

const supplyOf = ({ movements }: Dump): ReadonlyMap<string, number> =>
  sumBy(
    movements.filter(supplied),
    ({ sku }) => sku,
    ({ delta }) => delta,
  )

/** I1: stock is conserved in every read, and its supply is what staff put there. */
export const stockConserved: Invariant = (evidence) => {
  const { brokenReads, dump, initial } = evidence
  const supply = supplyOf(dump)
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

type Goods = { readonly ordered: number; readonly sold: number; readonly returned: number }

/** What the ledger says of each line that was ordered, or sold: by order and sku. */
const goodsOf = ({ lines, movements }: Dump): ReadonlyMap<string, Goods> => {
  const of = (row: { orderId: string | null; sku: string }) => `${row.orderId} ${row.sku}`
  const moved = (kind: string) =>
    sumBy(
      movements.filter((each) => each.orderId !== null && each.kind === kind),
      of,
      ({ delta }) => Math.abs(delta),
    )
  const [sold, returned] = [moved('sale'), moved('return')]
  const ordered = sumBy(lines, of, ({ quantity }) => quantity)
  const keys = new Set([...ordered.keys(), ...sold.keys(), ...returned.keys()])
  const units = (key: string): Goods => ({
    ordered: ordered.get(key) ?? 0,
    sold: sold.get(key) ?? 0,
    returned: returned.get(key) ?? 0,
  })
  return new Map([...keys].map((key) => [key, units(key)]))
}

/** Goods go to orders that are paid, all that was ordered or nothing yet; of others all that went comes back. */
const isRight = (order: OrderRow | undefined, { ordered, sold, returned }: Goods): boolean => {
  if (order === undefined || !wasPaid.has(order.status)) return sold === 0 && returned === 0
  if (order.status === 'CANCELLED') return sold === returned
  // Returned goods of a refunded order may or may not lie on the shelf again: staff decide.
  return returned <= sold && (sold === ordered || (sold === 0 && !order.stockClaimed))
}

const wrongGoods = (dump: Dump): readonly string[] => {
  const orders = new Map(dump.orders.map((order) => [order.id, order]))
  return [...goodsOf(dump)].flatMap(([key, goods]) => {
    const order = orders.get(key.split(' ')[0] ?? '')
    const { ordered, sold, returned } = goods
    const status = order?.status ?? 'absent'
    return isRight(order, goods)
      ? []
      : [`order ${key} (${status}): ${sold} of ${ordered} ordered units sold, ${returned} returned`]
  })
}

/** Units that somebody was told are theirs, and still are as far as the orders say. */
const toldUnits = ({ operations, dump }: Evidence): ReadonlyMap<string, number> => {
  const statuses = new Map(dump.orders.map(({ id, status }) => [id, status]))
  const told = new Map(
    operations.flatMap(({ status, order }) => (status === 201 && order ? [[order.id, order]] : [])),
  )
  const theirs = [...told.values()].filter(({ id }) => kept.has(statuses.get(id) ?? 'PAID'))
  return sumBy(
    theirs.flatMap(({ items }) => items),
    ({ sku }) => sku,
    ({ quantity }) => quantity,
  )
}

/** Units on paid orders. */
const paidUnits = ({ orders, lines }: Dump): ReadonlyMap<string, number> => {
  const paid = new Set(orders.filter(({ status }) => kept.has(status)).map(({ id }) => id))
  return sumBy(
    lines.filter(({ orderId }) => paid.has(orderId)),
    ({ sku }) => sku,
    ({ quantity }) => quantity,
  )
}

/** I2: no more units on paid orders, and told to be somebody's, than there ever were; the ledger's sales are those orders'. */
export const notOversold: Invariant = (evidence) => {
  const { dump } = evidence
  const supply = supplyOf(dump)
  const over = (units: ReadonlyMap<string, number>, what: string) =>
    [...units]
      .filter(([sku, count]) => count > (supply.get(sku) ?? 0))
      .map(([sku, count]) => `${sku}: ${count} units ${what}, ${supply.get(sku) ?? 0} existed`)
  return [
    ...over(paidUnits(dump), 'on paid orders'),
    ...over(toldUnits(evidence), 'told to be sold'),
    ...wrongGoods(dump),
  ]
}

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
