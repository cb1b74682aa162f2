import { checkoutSpans } from '@micromart/contracts/telemetry'
import { context, metrics, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus'
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { type Build, watchProcess } from './process-metrics.ts'
import type { BaseConfig } from './settings.ts'
import { samplerOf, type Sampling } from './sampling.ts'
import { spanExporter, type SpanTarget } from './span-export.ts'

export type TelemetrySettings = {
  /** The app id. */
  readonly serviceName: string
  readonly build: Build
  /** Without a target spans are made, so that ids travel, but kept nowhere. */
  readonly target: SpanTarget
  readonly sampling: Sampling
  /** The gateway alone: a stranger's `traceparent` continues as trace id, but whether it is kept is decided here. */
  readonly decidesForStrangers?: boolean
}

/** What of an app's environment is about telemetry. */
type TelemetryConfig = Pick<
  BaseConfig,
  | 'APP_ID'
  | 'ZIPKIN_URL'
  | 'OTLP_URL'
  | 'TRACE_RATIO'
  | 'TRACE_CHECKOUT_RATIO'
  | 'BUILD_VERSION'
  | 'BUILD_COMMIT'
>

/** Telemetry as the environment wants it. */
export const telemetrySettings = (config: TelemetryConfig): TelemetrySettings => ({
  serviceName: config.APP_ID,
  build: { version: config.BUILD_VERSION, commit: config.BUILD_COMMIT },
  target: { zipkinUrl: config.ZIPKIN_URL, otlpUrl: config.OTLP_URL },
  sampling: {
    ratio: config.TRACE_RATIO,
    exceptions: { names: checkoutSpans, ratio: config.TRACE_CHECKOUT_RATIO },
  },
})

let reader: PrometheusExporter | undefined

/** All metrics of this process as Prometheus text; empty before `startTelemetry`. */
export const metricsText = async (): Promise<string> => {
  if (!reader) return ''
  const { resourceMetrics } = await reader.collect()
  return new PrometheusSerializer('', false, undefined, true, true).serialize(resourceMetrics)
}

const startTracing = (settings: TelemetrySettings, resource: Resource): TracerProvider => {
  const { target, sampling, decidesForStrangers = false } = settings
  const exporter = spanExporter(target)
  const spanProcessors = exporter
    ? [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000 })]
    : []
  const sampler = samplerOf(sampling, decidesForStrangers)
  const provider = new TracerProvider({ resource, sampler, spanProcessors })
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
 * Starts traces (W3C context, to Zipkin or by OTLP) and metrics (`/metrics`) for the whole process; begin with it, since
 * instruments made earlier count nothing. A second call in one process, as in tests, joins the first.
 */
export const startTelemetry = (settings: TelemetrySettings): AsyncDisposable => {
  if (reader) return { [Symbol.asyncDispose]: async () => {} }
  const { serviceName, build } = settings
  const resource = resourceFromAttributes({
    'service.name': serviceName,
    'service.version': build.version,
  })
  const counting = startMetrics(resource)
  const tracing = startTracing(settings, resource)
  const watch = watchProcess(build)
  return {
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      await stopAll(tracing, counting)
    },
  }
}
