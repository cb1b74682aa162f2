import { counter, observe, sharedReading } from '@micromart/contracts/telemetry'
import type { Clock } from '@micromart/kernel'
import { type Database, select } from '@micromart/store'

/** However often it is scraped. */
const everyMs = 5_000

type Row = { readonly live: string; readonly overdue: string | null; readonly units: string | null }

/** By the index (status, expires_at): of all holds those that live are few. */
const liveHolds = `SELECT COUNT(DISTINCT h.order_id) AS live,
    COUNT(DISTINCT IF(h.expires_at <= ?, h.order_id, NULL)) AS overdue, SUM(l.quantity) AS units
  FROM stock_holds h STRAIGHT_JOIN stock_hold_lines l ON l.order_id = h.order_id
  WHERE h.status = 'held'`

/** Made with the gauges: it counts from 0. */
export const countOversold = () => counter('micromart_oversell_total')

/** Offers how many orders have goods put aside, how many units those are, and which should be back on the shelf. */
export const watchStock = (db: Database, { now }: Clock): Disposable => {
  const read = sharedReading(everyMs, async () => {
    const [row] = await select<Row>(db, liveHolds, [now()])
    return {
      live: Number(row?.live ?? 0),
      overdue: Number(row?.overdue ?? 0),
      units: Number(row?.units ?? 0),
    }
  })
  countOversold()
  const stack = new DisposableStack()
  stack.use(observe('micromart_stock_holds_live', async (tell) => tell((await read()).live)))
  stack.use(observe('micromart_stock_holds_overdue', async (tell) => tell((await read()).overdue)))
  stack.use(observe('micromart_stock_held_units', async (tell) => tell((await read()).units)))
  return stack
}
