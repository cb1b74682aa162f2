/**
 * Everything that the shop tells of itself: metrics, spans, fields of logs. Code makes its instruments from here, alerts and
 * dashboards take their names from here, docs/telemetry.md is generated, and tests compare it with what a running shop exposes.
 */
export {
  counter,
  type Counter,
  histogram,
  type Histogram,
  observe,
} from './telemetry/instruments.ts'
export { ecsVersion, type LogField, logFieldSchema } from './telemetry/log-fields.ts'
export {
  allows,
  type Bounded,
  isListed,
  type LabelValues,
  type Metric,
  type Metrics,
  type Unit,
} from './telemetry/metric.ts'
export {
  foreignPrefixes,
  type LabelsOf,
  type MetricName,
  metricSchema,
  type NamesOf,
} from './telemetry/metrics.ts'
export { sharedReading } from './telemetry/reading.ts'
export {
  type CheckoutStep,
  checkoutSteps,
  type SagaStep,
  sagaSteps,
  watchedStatuses,
} from './telemetry/order-metrics.ts'
export { unknownPayments } from './telemetry/payment-metrics.ts'
export {
  type AttributeName,
  attributeSchema,
  checkoutSpans,
  namedBy,
  type SpanAttributes,
  spanSchema,
  type SpanSpec,
} from './telemetry/spans.ts'
