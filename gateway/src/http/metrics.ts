import { counter, histogram, observe } from '@micromart/contracts/telemetry'
import type { CatalogueCache } from '../cache/catalogue-cache.ts'
import type { OpenStreams } from '../events/open-streams.ts'

/** What operations sees of the gateway. Made after telemetry has started: an instrument made before counts nothing. */
export type GatewayMetrics = ReturnType<typeof makeMetrics>

export const makeMetrics = () => {
  const requests = { active: 0 }
  const cacheReads = { hit: 0, miss: 0 }
  const stack = new DisposableStack()
  stack.use(observe('http_server_active_requests', (tell) => tell(requests.active)))
  stack.use(
    observe('micromart_catalogue_cache_reads_total', (tell) => {
      tell(cacheReads.hit, { outcome: 'hit' })
      tell(cacheReads.miss, { outcome: 'miss' })
    }),
  )
  return {
    durations: histogram('http_server_request_duration_seconds'),
    limited: counter('micromart_rate_limited_total'),
    denied: counter('micromart_authz_denied_total'),
    /** Numbers that are read at each scrape: on the hottest path a counter of its own costs a tenth of the answer. */
    requests,
    cacheReads,
    [Symbol.dispose]: () => stack.dispose(),
  }
}

type Watched = {
  readonly cache: CatalogueCache
  readonly streams: OpenStreams
  /** When the certificate ends that is served; undefined without one. */
  readonly certificateEnds: () => Date | undefined
}

/** Tells of what the gateway holds. Disposing ends it. */
export const watchHoldings = ({ cache, streams, certificateEnds }: Watched): Disposable => {
  const stack = new DisposableStack()
  stack.use(observe('micromart_catalogue_cache_bytes', (tell) => tell(cache.bytes)))
  stack.use(observe('micromart_catalogue_cache_entries', (tell) => tell(cache.entries)))
  stack.use(observe('micromart_catalogue_news_age_seconds', (tell) => tell(cache.newsAge)))
  stack.use(observe('micromart_event_streams_open', (tell) => tell(streams.size)))
  stack.use(
    observe('micromart_tls_certificate_expiry_timestamp_seconds', (tell) => {
      const ends = certificateEnds()
      if (ends) tell(ends.getTime() / 1_000)
    }),
  )
  return stack
}
