import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { watchRuntime } from './runtime-metrics.ts'

export type TelemetrySettings = {
  /** The app id. */
  readonly serviceName: string
  /** Of the Zipkin server, such as http://127.0.0.1:9411. Without it spans are made, so that ids travel, but kept nowhere. */
  readonly zipkinUrl?: string | undefined
  /** 0..1, for traces that begin here. */
  readonly sampleRatio: number
  /** The gateway alone: a stranger's `traceparent` continues as trace id, but the ratio decides whether it is kept. */
  readonly decidesForStrangers?: boolean
}

let reader: PrometheusExporter | undefined

/** All metrics of this process as Prometheus text; empty before `startTelemetry`. */
export const metricsText = async (): Promise<string> => {
  if (!reader) return ''
  const { resourceMetrics } = await reader.collect()
  return new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics)
}

const samplerOf = ({ sampleRatio, decidesForStrangers = false }: TelemetrySettings): Sampler => {
  const root = new TraceIdRatioBasedSampler(sampleRatio)
  const strangers = { remoteParentSampled: root, remoteParentNotSampled: root }
  return new ParentBasedSampler({ root, ...(decidesForStrangers ? strangers : {}) })
}

const spansUrl = (zipkinUrl: string): string => new URL('/api/v2/spans', zipkinUrl).href

const startTracing = (settings: TelemetrySettings, resource: Resource): TracerProvider => {
  const { zipkinUrl } = settings
  const exporters =
    zipkinUrl === undefined ? [] : [new ZipkinExporter({ url: spansUrl(zipkinUrl) })]
  const spanProcessors = exporters.map(
    (exporter) => new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 }),
  )
  const provider = new TracerProvider({ resource, sampler: samplerOf(settings), spanProcessors })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return provider
}

const startMetrics = (resource: Resource): MeterProvider => {
  reader = new PrometheusExporter({ preventServerStart: true })
  const provider = new MeterProvider({ resource, readers: [reader] })
  metrics.setGlobalMeterProvider(provider)
  return provider
}

const stopAll = async (tracing: TracerProvider, counting: MeterProvider): Promise<void> => {
  reader = undefined
  await Promise.allSettled([tracing.shutdown(), counting.shutdown()])
  for (const api of [trace, metrics, context, propagation]) api.disable()
}

/**
 * Starts traces (W3C context, Zipkin) and metrics (`/metrics`) for the whole process; begin with it, since instruments
 * made earlier count nothing. A second call in one process, as in tests, joins the first.
 */
export const startTelemetry = (settings: TelemetrySettings): AsyncDisposable => {
  if (reader) return { [Symbol.asyncDispose]: async () => {} }
  const resource = resourceFromAttributes({ 'service.name': settings.serviceName })
  const tracing = startTracing(settings, resource)
  const counting = startMetrics(resource)
  const watch = watchRuntime()
  return {
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      await stopAll(tracing, counting)
    },
  }
}
