import { scopes } from '@micromart/kernel'
import { apps } from '../names.ts'
import type { Metrics } from './metric.ts'

const counter = { kind: 'counter', unit: 'none', apps: [apps.gateway] } as const
const gauge = { kind: 'gauge', labels: {}, apps: [apps.gateway] } as const

/** What the gateway decides by itself: limits, permissions, its cache. */
export const gatewayMetrics = {
  micromart_rate_limited_total: {
    ...counter,
    help: 'Requests refused by a rate limit',
    labels: { budget: ['reads', 'auth', 'tokens', 'checkout', 'writes', 'webhooks'] },
  },
  micromart_limiter_fallbacks_total: {
    ...counter,
    help: 'Requests counted without Redis: refused (auth), or by this process alone',
    labels: { budget: ['auth', 'tokens', 'checkout', 'writes', 'webhooks'] },
  },
  micromart_authz_denied_total: {
    ...counter,
    help: 'Requests that their caller may not make (403), by the scope of the route',
    labels: { permission: [...scopes, 'none'] },
  },
  micromart_catalogue_cache_reads_total: {
    ...counter,
    help: 'Reads of the catalogue, by whether the cache had the answer',
    labels: { outcome: ['hit', 'miss'] },
  },
  micromart_catalogue_cache_bytes: { ...gauge, unit: 'bytes', help: 'Prepared answers kept' },
  micromart_catalogue_cache_entries: { ...gauge, unit: 'none', help: 'Prepared answers kept' },
  micromart_catalogue_news_age_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Age of the last good answer about changes; from 2 s on the cache serves nothing',
  },
  micromart_event_streams_open: {
    ...gauge,
    unit: 'none',
    help: 'Streams of order events that browsers hold open',
  },
  micromart_tls_certificate_expiry_timestamp_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Unix time at which the certificate that is served ends',
  },
} as const satisfies Metrics
