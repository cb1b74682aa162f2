import { apps } from '../names.ts'
import { hearing, onMysql, telling } from './apps.ts'
import { labels } from './labels.ts'
import { like, type Metrics } from './metric.ts'

const pool = { kind: 'gauge', unit: 'none', apps: onMysql } as const
const outbox = { kind: 'gauge', labels: {}, apps: telling } as const
const sweeper = like('the name of a sweeper', /^[a-z][a-z -]{2,30}$/)

/** What the services on MySQL share: pool, transactions, outbox, sweepers; and events, in and out. */
export const storeMetrics = {
  db_client_connection_count: {
    ...pool,
    help: 'Connections of the pool',
    labels: { state: ['used', 'idle'] },
  },
  db_client_connection_max: { ...pool, help: 'What the pool may grow to', labels: {} },
  db_client_connection_pending_requests: {
    ...pool,
    help: 'Queries that wait for a connection of the pool',
    labels: {},
  },
  micromart_transaction_retries_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Transactions run again after a deadlock or a lock timeout',
    labels: {},
    apps: onMysql,
  },
  micromart_idempotency_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Requests with an idempotency key, by handler and outcome',
    labels: {
      handler: like('an RPC, or what is done at the desk', /^[A-Za-z]{3,40}$/),
      outcome: ['first', 'replayed', 'resumed', 'mismatch', 'in_progress'],
    },
    apps: [apps.product, apps.user, apps.order],
  },
  micromart_sweeps_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Runs of work that is done again and again',
    labels: { sweeper, outcome: ['done', 'failed'] },
    apps: onMysql,
  },
  micromart_sweep_last_success_timestamp_seconds: {
    kind: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last run that did not fail; the start, before the first',
    labels: { sweeper },
    apps: onMysql,
  },
  micromart_outbox_oldest_age_seconds: {
    ...outbox,
    unit: 'seconds',
    help: 'Age of the oldest event that the broker has not got; 0 without one',
  },
  micromart_outbox_backlog: {
    ...outbox,
    unit: 'none',
    help: 'Events that the broker has not got',
  },
  micromart_relay_active: {
    ...outbox,
    unit: 'none',
    help: '1 in the process whose relay empties the outbox, 0 in those that stand by',
  },
  micromart_events_published_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Events given to the broker, by topic and outcome',
    labels: { topic: labels.topic, outcome: ['sent', 'failed'] },
    apps: telling,
  },
  micromart_events_consumed_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Deliveries of events, by topic and what was answered',
    labels: { topic: labels.topic, outcome: ['success', 'retry', 'drop'] },
    apps: hearing,
  },
  micromart_dlq_messages_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Dead letters that arrived, by the topic of their event',
    labels: { topic: labels.topic },
    apps: hearing,
  },
  micromart_dead_letters_open: {
    kind: 'gauge',
    unit: 'none',
    help: 'Dead letters that wait for somebody to decide',
    labels: {},
    apps: hearing,
  },
} as const satisfies Metrics
