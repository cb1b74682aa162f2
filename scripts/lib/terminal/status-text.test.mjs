import { expect, it } from '@jest/globals'
import { statusText } from './status-text.mjs'

const now = new Date('2026-01-31T12:00:00.000Z')

const status = {
  state: 'open',
  since: '2026-01-31T11:00:00.000Z',
  url: 'http://127.0.0.1:8080',
  secure: 'https://127.0.0.1:8443',
  traces: 'http://127.0.0.1:9411',
  zeroTrust: true,
  apps: [{ app: 'order', pid: 7, starts: 2, alive: true, ready: false, sidecar: true }],
  stores: [{ name: 'redis', pid: 8, alive: true }],
  streams: [
    {
      topic: 'order.paid.v1',
      length: 2,
      bound: 10,
      groups: [{ group: 'cart', lag: 1, pending: 0 }],
    },
  ],
  work: {
    rows: [
      { what: 'dead letters', count: 2, oldestSeconds: null, parts: { order: 2 } },
      { what: 'orders under way', count: 3, oldestSeconds: 400, parts: { charge: 1, refund: 2 } },
      { what: 'mails to send', count: null, oldestSeconds: null, parts: {} },
    ],
    books: { checkedAt: '2026-01-31T09:00:00.000Z', consistent: false, violations: { I4: 2 } },
  },
  faults: ['order is not ready: store no answer within 2 s'],
  notes: ['2 dead letters wait for a decision: /v1/admin/dead-letters'],
}

it('shows processes, sidecars, stores, streams, work and books on one page, and then what is wrong', () => {
  expect(statusText(status, now)).toBe(
    `order     process 7       NOT READY  sidecar alive  started 2 times
redis     process 8
topics, entries
order.paid.v1          2 of 10           cart 1 behind
work under way
dead letters       2      order 2
orders under way   3      charge 1, refund 2, the oldest for 7 min
mails to send      ?
books              DISAGREE (I4 2), checked 3 h ago
note: 2 dead letters wait for a decision: /v1/admin/dead-letters
WRONG: order is not ready: store no answer within 2 s
open since 2026-01-31T11:00:00.000Z: http://127.0.0.1:8080 https://127.0.0.1:8443, zero trust; traces http://127.0.0.1:9411`,
  )
  const none = { state: 'stopped', apps: [], stores: [], streams: [], faults: [], notes: [] }
  const work = { rows: [], books: null, faults: [], notes: [] }
  expect(statusText({ ...none, work }, now)).toBe('Nothing runs here. "npm start" starts the shop.')
})
