import { expect, it } from '@jest/globals'
import { booksText } from './books-text.mjs'

const agreed = {
  id: 'I1',
  title: 'Stock',
  holds: true,
  checked: 64,
  violations: [],
  violationCount: 0,
}
const broken = {
  id: 'I4',
  title: 'Money',
  holds: false,
  checked: 1_000_000,
  violations: [{ subject: '0190', message: 'the provider captured 2 times' }],
  violationCount: 3,
}
const times = { checkedAt: '2026-01-01T00:00:30.000Z', cut: '2026-01-01T00:00:00.000Z' }

it('shows each invariant, what breaks it, and how many more', () => {
  expect(booksText({ ...times, consistent: false, invariants: [agreed, broken] })).toBe(
    `No                checked
I1   ok                64  Stock
I4   BROKEN 3     1000000  Money
       0190  the provider captured 2 times
       and 2 more

1 of 2 invariants broken: I4. Checked at 2026-01-01T00:00:30.000Z; what changed after 2026-01-01T00:00:00.000Z was left out.`,
  )
})

it('says that all agree', () => {
  expect(booksText({ ...times, consistent: true, invariants: [agreed] })).toContain(
    'All stores agree.',
  )
})
