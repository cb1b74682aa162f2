import { expect, it } from '@jest/globals'
import { auditText } from './audit-text.mjs'

const hash = 'ab'.repeat(32)
const head = { seq: 12, hash, at: new Date('2026-01-31T12:00:00.000Z') }
const none = { seq: 0, hash: '0'.repeat(64), at: new Date(0) }

it('shows where each log ends, and what somebody did to it', () => {
  const faults = [
    { seq: 7, fault: 'altered' },
    { seq: 9, fault: 'missing' },
    { seq: 12, fault: 'cut' },
  ]
  const user = { head, checked: 12, faults: [] }
  const reports = { user, cart: { head: none, checked: 0, faults: [] } }
  expect(auditText({ ...reports, order: { head, checked: 10, faults } })).toBe(
    `service              entries
user     ok               12  ends with ${hash} at 2026-01-31T12:00:00.000Z
cart     ok                0  no entry yet
order    BROKEN 3         10  ends with ${hash} at 2026-01-31T12:00:00.000Z
         entry 7: is not what was written
         entry 9: entries are missing from here
         entry 12: the end is cut off from here

Somebody has changed what was written: order.`,
  )
  expect(auditText(reports)).toContain('Every audit log is whole.')
})
