/**
 * Where the spans of apps and sidecars go, as variables of their environment. daprd reads OpenTelemetry's own for OTLP: without them in
 * its Configuration. Source: https://docs.dapr.io/operations/observability/tracing/otel-collector/
 * @param url of Zipkin
 * @param otlpUrl of an OTLP receiver over HTTP, taken instead
 */
export const traceVariables = ({ url, otlpUrl }) => {
  const zipkin = otlpUrl === undefined ? url : undefined
  const isPlain = otlpUrl?.startsWith('http:') ?? false
  return {
    ZIPKIN_URL: zipkin ?? '',
    ZIPKIN_SPANS_URL: zipkin ? new URL('/api/v2/spans', zipkin).href : '',
    OTLP_URL: otlpUrl ?? '',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: otlpUrl ? new URL(otlpUrl).host : '',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: otlpUrl ? 'http/protobuf' : '',
    OTEL_EXPORTER_OTLP_INSECURE: isPlain ? 'true' : '',
  }
}
