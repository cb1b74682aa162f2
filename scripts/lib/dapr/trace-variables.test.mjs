import { expect, it } from '@jest/globals'
import { traceVariables } from './trace-variables.mjs'

const nowhere = {
  ZIPKIN_URL: '',
  ZIPKIN_SPANS_URL: '',
  OTLP_URL: '',
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '',
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: '',
  OTEL_EXPORTER_OTLP_INSECURE: '',
}

it('sends the spans of apps and sidecars to one place, whichever it is', () => {
  expect(traceVariables({})).toEqual(nowhere)
  const url = 'http://127.0.0.1:9411'
  expect(traceVariables({ url })).toEqual({
    ...nowhere,
    ZIPKIN_URL: url,
    ZIPKIN_SPANS_URL: `${url}/api/v2/spans`,
  })
  const otlp = {
    ...nowhere,
    OTLP_URL: 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    OTEL_EXPORTER_OTLP_INSECURE: 'true',
  }
  expect(traceVariables({ url, otlpUrl: 'http://127.0.0.1:4318' })).toEqual(otlp)
  const secure = traceVariables({ otlpUrl: 'https://collector.example' })
  expect(secure.OTEL_EXPORTER_OTLP_INSECURE).toBe('')
})
