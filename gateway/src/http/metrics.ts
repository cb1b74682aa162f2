import { counter, histogram, type LabelsOf, observe } from '@micromart/contracts/telemetry'
import type { CatalogueCache } from '../cache/catalogue-cache.ts'
import type { OpenStreams } from '../events/open-streams.ts'
import type { Route } from './route.ts'

/** What operations sees of the gateway. Made after telemetry has started: an instrument made before counts nothing. */
export type GatewayMetrics = ReturnType<typeof makeMetrics>

type HttpMethod = LabelsOf<'micromart_requests_total'>['http_request_method']

/** Counts the answers of each route; a route that has answered nothing yet is told of, too. */
const countAnswers = () => {
  const byRoute = new Map<string, { readonly route: Route; ok: number; failed: number }>()
  const reading = observe('micromart_requests_total', (tell) => {
    for (const { route, ok, failed } of byRoute.values()) {
      const method = route.method.toUpperCase() as HttpMethod
      const labels = { http_request_method: method, http_route: route.path }
      tell(ok, { ...labels, outcome: 'ok' })
      tell(failed, { ...labels, outcome: 'failed' })
    }
  })
  const answersOf = (route: Route) => {
    const key = `${route.method} ${route.path}`
    const known = byRoute.get(key) ?? { route, ok: 0, failed: 0 }
    byRoute.set(key, known)
    return known
  }
  return { reading, answersOf }
}

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
  const { reading, answersOf } = countAnswers()
  stack.use(reading)
  return {
    answersOf,
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
