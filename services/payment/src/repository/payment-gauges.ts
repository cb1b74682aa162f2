import { observe, sharedReading, unknownPayments } from '@micromart/contracts/telemetry'
import type { Clock } from '@micromart/kernel'
import { type Database, marks, select } from '@micromart/store'

/** However often it is scraped. */
const everyMs = 5_000

type Status = (typeof unknownPayments)[number]
type UnderWay = { readonly status: Status; readonly payments: string; readonly since: Date }

/** By the index (status, updated_at) alone. */
const underWay = `SELECT status, COUNT(*) AS payments, MIN(updated_at) AS since FROM payments
  WHERE status IN (${marks(unknownPayments)}) GROUP BY status`

const watchUnknown = (db: Database, { now }: Clock): Disposable => {
  const read = sharedReading(everyMs, async () => {
    const rows = await select<UnderWay>(db, underWay, unknownPayments)
    return { at: now().getTime(), byStatus: new Map(rows.map((row) => [row.status, row])) }
  })
  const stack = new DisposableStack()
  stack.use(
    observe('micromart_payments_unknown', async (tell) => {
      const { byStatus } = await read()
      for (const status of unknownPayments) {
        tell(Number(byStatus.get(status)?.payments ?? 0), { status })
      }
    }),
  )
  stack.use(
    observe('micromart_payments_unknown_oldest_age_seconds', async (tell) => {
      const { at, byStatus } = await read()
      for (const status of unknownPayments) {
        const since = byStatus.get(status)?.since.getTime() ?? at
        tell(Math.max(0, at - since) / 1_000, { status })
      }
    }),
  )
  return stack
}

/** An entry may commit behind later ones: numbers are given before the commit. */
const overlap = 10_000

type Broken = { readonly payment_id: string; readonly posting: string }

const broken = `SELECT payment_id, posting FROM ledger_entries WHERE seq > ?
  GROUP BY payment_id, posting, currency HAVING SUM(IF(side = 'debit', amount, -amount)) <> 0`

/** Postings that are no double entry, of the last ones before the start and of all since. Each reading looks at the new ones alone. */
const mismatches = (db: Database) => {
  const found = new Set<string>()
  let from: number | undefined
  return async (): Promise<number> => {
    const [row] = await select<{ last: string | null }>(
      db,
      'SELECT MAX(seq) AS last FROM ledger_entries',
    )
    const last = Number(row?.last ?? 0)
    from ??= Math.max(0, last - overlap)
    for (const { payment_id: payment, posting } of await select<Broken>(db, broken, [from])) {
      found.add(`${payment} ${posting}`)
    }
    from = Math.max(from, last - overlap)
    return found.size
  }
}

const watchLedger = (db: Database): Disposable => {
  const read = sharedReading(everyMs, mismatches(db))
  return observe('micromart_payment_ledger_mismatch', async (tell) => tell(await read()))
}

/** Offers which payments are under way and since when, and whether the ledger is in double entry. */
export const watchPayments = (db: Database, clock: Clock): Disposable => {
  const stack = new DisposableStack()
  stack.use(watchUnknown(db, clock))
  stack.use(watchLedger(db))
  return stack
}
