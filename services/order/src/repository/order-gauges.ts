import {
  observe,
  type SagaStep,
  sagaSteps,
  sharedReading,
  watchedStatuses,
} from '@micromart/contracts/telemetry'
import type { Clock } from '@micromart/kernel'
import { type Database, marks, select } from '@micromart/store'
import { lastBooks } from './book-results.ts'

/** However often it is scraped. */
const everyMs = 5_000
const overdueMs = 15_000

type Saga = {
  readonly step: SagaStep
  readonly orders: string
  readonly due: string
  readonly overdue: string
  readonly since: Date
}

/** By the index on due_at, in which only those are that somebody looks at again: they are few. */
const sagas = `SELECT step, COUNT(*) AS orders, SUM(due_at <= ?) AS due, SUM(due_at < ?) AS overdue,
    MIN(updated_at) AS since
  FROM (SELECT due_at, updated_at, CASE
      WHEN status = 'PENDING' AND hold_until IS NULL THEN 'hold'
      WHEN status = 'PENDING' THEN 'charge'
      WHEN status = 'PAYMENT_PENDING' THEN 'payment'
      WHEN open_refund IS NOT NULL THEN 'refund'
      ELSE 'claim' END AS step
    FROM orders WHERE due_at IS NOT NULL) waiting
  GROUP BY step`

type Status = (typeof watchedStatuses)[number]
type Open = { readonly status: Status; readonly orders: string; readonly oldest: string }

/** By the index (status, id) alone. */
const open = `SELECT status, COUNT(*) AS orders, MIN(id) AS oldest FROM orders
  WHERE status IN (${marks(watchedStatuses)}) GROUP BY status`

/** A UUIDv7 begins with the milliseconds at which it was made (RFC 9562). */
const madeAt = (id: string): number => Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)

const watchSagas = (db: Database, { now }: Clock): Disposable => {
  const read = sharedReading(everyMs, async () => {
    const at = now()
    const rows = await select<Saga>(db, sagas, [at, new Date(at.getTime() - overdueMs)])
    return { at, byStep: new Map(rows.map((row) => [row.step, row])) }
  })
  const stack = new DisposableStack()
  const offer = (name: SagaGauge, valueOf: (saga: Saga, at: Date) => number) => {
    const gauge = observe(name, async (tell) => {
      const { at, byStep } = await read()
      for (const step of sagaSteps) {
        const saga = byStep.get(step)
        tell(saga ? valueOf(saga, at) : 0, { step })
      }
    })
    stack.use(gauge)
  }
  offer('micromart_sagas_in_flight', ({ orders }) => Number(orders))
  offer('micromart_sagas_due', ({ due }) => Number(due))
  offer('micromart_sagas_overdue', ({ overdue }) => Number(overdue))
  offer('micromart_sagas_oldest_age_seconds', ({ since }, at) => secondsBetween(since, at))
  return stack
}

type SagaGauge =
  | 'micromart_sagas_in_flight'
  | 'micromart_sagas_due'
  | 'micromart_sagas_overdue'
  | 'micromart_sagas_oldest_age_seconds'

const secondsBetween = (from: Date | number, to: Date): number =>
  Math.max(0, (to.getTime() - Number(from)) / 1_000)

const watchOpen = (db: Database, { now }: Clock): Disposable => {
  const read = sharedReading(everyMs, async () => {
    const rows = await select<Open>(db, open, watchedStatuses)
    return { at: now(), byStatus: new Map(rows.map((row) => [row.status, row])) }
  })
  const stack = new DisposableStack()
  stack.use(
    observe('micromart_orders_open', async (tell) => {
      const { byStatus } = await read()
      for (const status of watchedStatuses) {
        tell(Number(byStatus.get(status)?.orders ?? 0), { status })
      }
    }),
  )
  stack.use(
    observe('micromart_orders_oldest_age_seconds', async (tell) => {
      const { at, byStatus } = await read()
      for (const status of watchedStatuses) {
        const oldest = byStatus.get(status)?.oldest
        tell(oldest === undefined ? 0 : secondsBetween(madeAt(oldest), at), { status })
      }
    }),
  )
  return stack
}

const watchBooks = (db: Database): Disposable => {
  const read = sharedReading(everyMs, () => lastBooks(db))
  const stack = new DisposableStack()
  stack.use(
    observe('micromart_books_last_check_timestamp_seconds', async (tell) => {
      tell(((await read())?.checkedAt.getTime() ?? 0) / 1_000)
    }),
  )
  stack.use(
    observe('micromart_books_consistent', async (tell) => {
      const last = await read()
      if (last) tell(Number(last.consistent))
    }),
  )
  stack.use(
    observe('micromart_books_violations', async (tell) => {
      for (const [invariant, count] of (await read())?.violations ?? []) tell(count, { invariant })
    }),
  )
  return stack
}

/** Offers how many orders wait for what and since when, and what the last check of the books found. */
export const watchOrders = (db: Database, clock: Clock): Disposable => {
  const stack = new DisposableStack()
  stack.use(watchSagas(db, clock))
  stack.use(watchOpen(db, clock))
  stack.use(watchBooks(db))
  return stack
}
