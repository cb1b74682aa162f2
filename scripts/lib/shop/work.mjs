import { appMetrics } from './app-metrics.mjs'

/** What may wait in a shop, by the gauges that tell how much and since when; `late` seconds are too many. */
const kinds = [
  {
    what: 'events to publish',
    count: 'micromart_outbox_backlog',
    age: 'micromart_outbox_oldest_age_seconds',
    late: 120,
  },
  { what: 'dead letters', count: 'micromart_dead_letters_open' },
  {
    what: 'orders under way',
    count: 'micromart_sagas_in_flight',
    by: 'step',
    age: 'micromart_sagas_oldest_age_seconds',
  },
  { what: 'orders overdue', count: 'micromart_sagas_overdue', by: 'step', most: 0 },
  {
    what: 'payments unknown',
    count: 'micromart_payments_unknown',
    by: 'status',
    age: 'micromart_payments_unknown_oldest_age_seconds',
  },
  { what: 'stock holds', count: 'micromart_stock_holds_live' },
  {
    what: 'mails to send',
    count: 'micromart_mails_waiting',
    age: 'micromart_mails_oldest_age_seconds',
    late: 900,
  },
  {
    what: 'persons to erase',
    count: 'micromart_erasures_open',
    age: 'micromart_erasures_oldest_age_seconds',
    late: 86_400,
  },
]

/** Never above 0 in a shop whose books are right. */
const impossible = [
  ['micromart_oversell_total', 'more was sold than was there'],
  [
    'micromart_payment_ledger_mismatch',
    'postings of the ledger whose debits are not their credits',
  ],
]

const named = (samples, name) => samples.filter((sample) => sample.name === name)

/** Nothing told, or something unreadable, is not known: null, as JSON has no NaN. */
const over = (samples, combine) => {
  const values = samples.map(({ value }) => value)
  return values.length > 0 && values.every(Number.isFinite) ? combine(values) : null
}

const sumOf = (values) => values.reduce((sum, value) => sum + value, 0)

const rowOf = (samples, { what, count, by, age }) => {
  const counts = named(samples, count)
  const parts = counts.filter(({ value }) => value > 0)
  return {
    what,
    count: over(counts, sumOf),
    oldestSeconds: age ? over(named(samples, age), (values) => Math.max(...values)) : null,
    parts: Object.fromEntries(
      parts.map(({ app, labels, value }) => [by ? labels[by] : app, value]),
    ),
  }
}

const breakersOf = (samples) =>
  named(samples, 'micromart_breaker_state')
    .filter(({ value }) => value > 0)
    .map(({ app, labels: { target, operation }, value }) => {
      const state = value === 1 ? 'trying' : 'open'
      return { app, target, operation, state }
    })

const booksOf = (samples) => {
  const [checked] = named(samples, 'micromart_books_last_check_timestamp_seconds')
  if (!(checked?.value > 0)) return null
  const broken = named(samples, 'micromart_books_violations').filter(({ value }) => value > 0)
  return {
    checkedAt: new Date(checked.value * 1_000).toISOString(),
    consistent: named(samples, 'micromart_books_consistent').some(({ value }) => value === 1),
    violations: Object.fromEntries(broken.map(({ labels, value }) => [labels.invariant, value])),
  }
}

const lateFaults = (rows) =>
  kinds.flatMap(({ what, late = Infinity, most = Infinity }, index) => {
    const { count, oldestSeconds } = rows[index]
    return [
      ...(oldestSeconds > late
        ? [`${what}: the oldest waits for ${Math.round(oldestSeconds)} s`]
        : []),
      ...(count > most ? [`${what}: ${count}, nobody looks at them`] : []),
    ]
  })

const faultsOf = (samples, rows, books) => [
  ...lateFaults(rows),
  ...impossible.flatMap(([name, text]) => {
    const count = sumOf(named(samples, name).map(({ value }) => value))
    return count > 0 ? [`${text}: ${count}`] : []
  }),
  ...(books && !books.consistent ? ['the stores disagree: "npm run books" says where'] : []),
]

const notesOf = (rows, breakers) => [
  ...rows
    .filter(({ what, count }) => what === 'dead letters' && count > 0)
    .map(({ count }) => `${count} dead letters wait for a decision: /v1/admin/dead-letters`),
  ...breakers.map(
    ({ app, target, operation, state }) =>
      `the breaker of ${app} before ${target} ${operation} is ${state}`,
  ),
]

/**
 * The work under way in a shop, as its apps' metrics tell it.
 * @param samples `[{ app, name, labels, value }]`
 * @returns `{ rows: [{ what, count, oldestSeconds, parts }], books, faults, notes }`: null is what nobody could tell, `parts` counts by app or
 *   by step, `books` is the last check: `{ checkedAt, consistent, violations }`
 */
export const workIn = (samples) => {
  const rows = kinds.map((kind) => rowOf(samples, kind))
  const books = booksOf(samples)
  const notes = notesOf(rows, breakersOf(samples))
  return { rows, books, faults: faultsOf(samples, rows, books), notes }
}

/** `workIn` of the shop whose apps listen at `ports`. */
export const workOf = async (ports) => {
  const told = Object.entries(ports).map(async ([app, { http }]) =>
    (await appMetrics(http)).map((sample) => ({ app, ...sample })),
  )
  return workIn((await Promise.all(told)).flat())
}
