import { metrics } from '@opentelemetry/api'

/** What operations sees of the gateway. Made after telemetry has started: an instrument made before counts nothing. */
export type GatewayMetrics = ReturnType<typeof makeMetrics>

export const makeMetrics = () => {
  const meter = metrics.getMeter('@micromart/gateway')
  return {
    durations: meter.createHistogram('http_server_request_duration_seconds', {
      description: 'Requests answered',
      unit: 's',
    }),
    limited: meter.createCounter('micromart_rate_limited_total', {
      description: 'Requests refused by a rate limit',
    }),
    denied: meter.createCounter('micromart_authz_denied_total', {
      description: 'Requests that their caller may not make',
    }),
    cacheReads: meter.createCounter('micromart_catalogue_cache_reads_total', {
      description: 'Catalogue reads by outcome',
    }),
  }
}
