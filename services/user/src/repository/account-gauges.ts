import { observe, sharedReading } from '@micromart/contracts/telemetry'
import type { Clock } from '@micromart/kernel'
import { type Database, select } from '@micromart/store'

/** However often it is scraped. */
const everyMs = 5_000

type Waiting = { readonly waiting: string; readonly since: Date | null }

/** By the index on next_at, in which only those are that are not out yet. */
const mails = `SELECT COUNT(*) AS waiting, MIN(created_at) AS since
  FROM mail WHERE next_at IS NOT NULL`

/** By the index on due_at, in which only those are that are not done. */
const erasures = `SELECT COUNT(*) AS waiting, MIN(requested_at) AS since
  FROM erasure WHERE due_at IS NOT NULL`

const readWaiting = (db: Database, { now }: Clock, query: string) =>
  sharedReading(everyMs, async () => {
    const [row] = await select<Waiting>(db, query)
    const age = row?.since ? now().getTime() - row.since.getTime() : 0
    return { waiting: Number(row?.waiting ?? 0), seconds: Math.max(0, age) / 1_000 }
  })

/** Offers how many mails and erasures are on their way, and since when. */
export const watchAccounts = (db: Database, clock: Clock): Disposable => {
  const mail = readWaiting(db, clock, mails)
  const erasure = readWaiting(db, clock, erasures)
  const stack = new DisposableStack()
  stack.use(observe('micromart_mails_waiting', async (tell) => tell((await mail()).waiting)))
  stack.use(
    observe('micromart_mails_oldest_age_seconds', async (tell) => tell((await mail()).seconds)),
  )
  stack.use(observe('micromart_erasures_open', async (tell) => tell((await erasure()).waiting)))
  stack.use(
    observe('micromart_erasures_oldest_age_seconds', async (tell) =>
      tell((await erasure()).seconds),
    ),
  )
  return stack
}
