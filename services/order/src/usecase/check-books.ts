import type { Clock } from '@micromart/kernel'
import { judgeStock } from '../model/book-goods.ts'
import type { Books } from '../model/book-ports.ts'
import { judgeBacklog } from '../model/book-progress.ts'
import type { BookTime } from '../model/book-record.ts'
import { type BookReport, type BookTally, newTally } from '../model/book-tally.ts'
import { after } from '../model/limits.ts'
import { joinedAfter, pageSize, recordsOf } from './book-join.ts'
import { bookJudge } from './book-judge.ts'

type Deps = { readonly books: Books; readonly clock: Clock }

const minute = 60_000
const day = 24 * 60 * minute

const times = {
  /** Work under way is younger than this. */
  cut: minute / 2,
  /** The watermark keeps so far from now: an id that is made now is never below it. */
  watermark: 10 * minute,
  /** Sent rows of the outbox are pruned after a day. */
  events: day - 60 * minute,
} as const

const timeAt = (now: Date): BookTime => ({
  now,
  cut: after(now, -times.cut),
  eventsSince: after(now, -times.events),
})

/** A UUIDv7 that sorts before all those made since (RFC 9562: the first 48 bits are milliseconds). */
const firstIdAt = (at: Date): string => {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

type Run = { readonly books: Books; readonly time: BookTime; readonly tally: BookTally }

/** Below the watermark only what is open, from there on all of it. */
const checkOrders = async ({ books, time, tally }: Run, full: boolean): Promise<void> => {
  const { own } = books
  const settledBefore = after(time.now, -times.watermark)
  const judge = bookJudge({ books, time, tally, settled: firstIdAt(settledBefore) })
  const watermark = await own.marks.begin(settledBefore)
  if (!full) {
    for (let last = ''; ;) {
      const ids = await own.marks.open(last, pageSize)
      if (ids.length === 0) break
      await judge.judge(await recordsOf(books, ids), false)
      last = ids.at(-1) ?? last
    }
  }
  for await (const batch of joinedAfter(books, full ? '' : watermark)) {
    await judge.judge(batch, true)
  }
  await judge.finish()
}

const checkStock = async ({ books, tally }: Run): Promise<void> => {
  for (let last = ''; ;) {
    const page = await books.remote.stock(last, pageSize)
    for (const stock of page) {
      tally.checked('I1')
      const wrong = judgeStock(stock)
      if (wrong.length > 0) tally.violated('I1', { subject: stock.sku, message: wrong.join('; ') })
    }
    const end = page.at(-1)
    if (!end) return
    last = end.sku
  }
}

const checkBacklogs = async ({ books, tally, time }: Run): Promise<void> => {
  for (const backlog of [await books.own.backlog(), ...(await books.remote.backlogs())]) {
    tally.checked('I9')
    const wrong = judgeBacklog(backlog, time)
    if (wrong.length > 0) tally.violated('I9', { subject: backlog.app, message: wrong.join('; ') })
  }
}

const checkKeys = async ({ books, tally, time }: Run): Promise<void> => {
  for (const subject of await books.own.lost(time.cut)) {
    tally.violated('I5', {
      subject,
      message: 'a client’s key names it, and there is no such order',
    })
  }
}

/**
 * Compares all stores.
 * @returns each invariant with what breaks it
 * @throws DomainError conflict `books_in_progress`; unavailable when a store does not answer: nothing was found out
 */
export const checkBooks =
  ({ books, clock }: Deps) =>
  ({ full }: { readonly full: boolean }): Promise<BookReport> =>
    books.own.alone(async () => {
      const time = timeAt(clock.now())
      const tally = newTally()
      const run = { books, time, tally }
      await checkOrders(run, full)
      await checkStock(run)
      await checkBacklogs(run)
      await checkKeys(run)
      const invariants = tally.verdicts()
      const consistent = invariants.every(({ holds }) => holds)
      const report = { consistent, checkedAt: time.now, cut: time.cut, invariants }
      await books.own.remember(report)
      return report
    })
