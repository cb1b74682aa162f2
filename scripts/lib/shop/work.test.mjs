import { describe, expect, it } from '@jest/globals'
import { metricSchema } from '@micromart/contracts/telemetry'
import { workIn } from './work.mjs'

const gauge = (app, name, value, labels = {}) => ({ app, name, labels, value })

const calm = [
  gauge('order', 'micromart_outbox_backlog', 0),
  gauge('payment', 'micromart_outbox_backlog', 0),
  gauge('order', 'micromart_outbox_oldest_age_seconds', 0),
  gauge('order', 'micromart_sagas_in_flight', 0, { step: 'charge' }),
  gauge('order', 'micromart_books_last_check_timestamp_seconds', 1_767_225_600),
  gauge('order', 'micromart_books_consistent', 1),
  gauge('payment', 'micromart_breaker_state', 0, { target: 'provider', operation: 'charge' }),
]

const rowOf = (samples, wanted) => workIn(samples).rows.find(({ what }) => what === wanted)

describe('the work under way', () => {
  it('is nothing wrong in a calm shop', () => {
    const { faults, notes, books } = workIn(calm)
    expect({ faults, notes, books }).toEqual({
      faults: [],
      notes: [],
      books: { checkedAt: '2026-01-01T00:00:00.000Z', consistent: true, violations: {} },
    })
  })

  it('is summed over apps and steps, and says which', () => {
    const samples = [
      gauge('order', 'micromart_outbox_backlog', 3),
      gauge('payment', 'micromart_outbox_backlog', 4),
      gauge('order', 'micromart_outbox_oldest_age_seconds', 5),
      gauge('payment', 'micromart_outbox_oldest_age_seconds', 9),
      gauge('order', 'micromart_sagas_in_flight', 2, { step: 'charge' }),
      gauge('order', 'micromart_sagas_in_flight', 0, { step: 'claim' }),
    ]
    expect(rowOf(samples, 'events to publish')).toEqual({
      what: 'events to publish',
      count: 7,
      oldestSeconds: 9,
      parts: { order: 3, payment: 4 },
    })
    expect(rowOf(samples, 'orders under way')).toMatchObject({ count: 2, parts: { charge: 2 } })
  })

  it('is unknown where nobody tells it, or the app cannot read it', () => {
    expect(rowOf([], 'stock holds').count).toBeNull()
    const unreadable = [gauge('product', 'micromart_stock_holds_live', Number.NaN)]
    expect(rowOf(unreadable, 'stock holds').count).toBeNull()
    expect(workIn([]).books).toBeNull()
  })

  it.each([
    ['micromart_outbox_oldest_age_seconds', 121, /events to publish: the oldest waits for 121 s/],
    ['micromart_sagas_overdue', 1, /orders overdue: 1, nobody looks/],
    ['micromart_oversell_total', 1, /more was sold than was there: 1/],
    ['micromart_payment_ledger_mismatch', 2, /debits are not their credits: 2/],
    ['micromart_books_consistent', 0, /the stores disagree/],
  ])('is at fault when %s is %i', (name, value, text) => {
    const others = calm.filter((sample) => sample.name !== name)
    const { faults } = workIn([...others, gauge('order', name, value)])
    expect(faults).toEqual([expect.stringMatching(text)])
  })

  it('notes open breakers, and dead letters that wait for somebody', () => {
    const breaker = { target: 'provider', operation: 'charge' }
    const { notes } = workIn([
      gauge('payment', 'micromart_breaker_state', 2, breaker),
      gauge('cart', 'micromart_dead_letters_open', 1),
      gauge('order', 'micromart_dead_letters_open', 1),
    ])
    expect(notes).toEqual([
      '2 dead letters wait for a decision: /v1/admin/dead-letters',
      'the breaker of payment before provider charge is open',
    ])
  })

  it('takes its names from the telemetry schema', async () => {
    const { readFileSync } = await import('node:fs')
    const source = readFileSync('scripts/lib/shop/work.mjs', 'utf8')
    const names = source.match(/micromart_\w+/g)
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !Object.hasOwn(metricSchema, name))).toEqual([])
  })
})
