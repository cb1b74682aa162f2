import { callMetrics } from './call-metrics.ts'
import { cartMetrics } from './cart-metrics.ts'
import { gatewayMetrics } from './gateway-metrics.ts'
import { orderMetrics } from './order-metrics.ts'
import { paymentMetrics } from './payment-metrics.ts'
import { processMetrics } from './process-metrics.ts'
import { productMetrics } from './product-metrics.ts'
import { storeMetrics } from './store-metrics.ts'
import { userMetrics } from './user-metrics.ts'

/** Every metric there is, by its name in Prometheus. */
export const metricSchema = {
  ...processMetrics,
  ...callMetrics,
  ...storeMetrics,
  ...gatewayMetrics,
  ...productMetrics,
  ...cartMetrics,
  ...orderMetrics,
  ...paymentMetrics,
  ...userMetrics,
} as const

export type MetricName = keyof typeof metricSchema

type Kind<N extends MetricName> = (typeof metricSchema)[N]['kind']

/** The names of one kind of metric. */
export type NamesOf<K extends string> = {
  [N in MetricName]: Kind<N> extends K ? N : never
}[MetricName]

type ValueOf<V> = V extends readonly (infer Value)[] ? Value : string | number

/** The labels that each sample of a metric must carry, with the values they may have. */
export type LabelsOf<N extends MetricName> = {
  readonly [L in keyof (typeof metricSchema)[N]['labels']]: ValueOf<
    (typeof metricSchema)[N]['labels'][L]
  >
}

/**
 * What a sidecar counts by itself, by prefix. Source: daprd 1.18 and the Go runtime in it; on its metrics port
 * (`metricsPort` in dapr.yaml).
 */
export const foreignPrefixes = ['dapr_', 'go_', 'process_', 'promhttp_', 'grpc_'] as const
