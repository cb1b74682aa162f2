import { counter } from '@micromart/contracts/telemetry'
import { ExportResultCode } from '@opentelemetry/core'
import type { SpanExporter } from '@opentelemetry/sdk-trace'

/** Where spans go; nowhere when nothing is named. */
export type SpanTarget = {
  /** Of the Zipkin server, such as http://127.0.0.1:9411. */
  readonly zipkinUrl?: string | undefined
  /** Of an OTLP receiver over HTTP, such as http://127.0.0.1:4318; it is taken when both are named. */
  readonly otlpUrl?: string | undefined
}

const below = (base: string, path: string): string => `${base.replace(/\/$/, '')}${path}`

const openZipkin = async (url: string): Promise<SpanExporter> => {
  const { ZipkinExporter } = await import('@opentelemetry/exporter-zipkin')
  return new ZipkinExporter({ url: below(url, '/api/v2/spans') })
}

const openOtlp = async (url: string): Promise<SpanExporter> => {
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http')
  return new OTLPTraceExporter({ url: below(url, '/v1/traces') })
}

/** Only the exporter that is wanted is loaded: each takes some megabytes. */
const opened = ({ zipkinUrl, otlpUrl }: SpanTarget): Promise<SpanExporter> | undefined => {
  if (otlpUrl !== undefined) return openOtlp(otlpUrl)
  return zipkinUrl === undefined ? undefined : openZipkin(zipkinUrl)
}

/** The exporter of a target, with what became of the spans counted. */
export const spanExporter = (target: SpanTarget): SpanExporter | undefined => {
  const exported = counter('micromart_spans_exported_total')
  const opening = opened(target)
  if (opening === undefined) return undefined
  return {
    export: async (spans, done) => {
      const exporter = await opening
      exporter.export(spans, (result) => {
        const isTaken = result.code === ExportResultCode.SUCCESS
        exported.add(spans.length, { outcome: isTaken ? 'exported' : 'failed' })
        done(result)
      })
    },
    shutdown: async () => (await opening).shutdown(),
    forceFlush: async () => (await opening).forceFlush?.(),
  }
}
