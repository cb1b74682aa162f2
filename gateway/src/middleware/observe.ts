import type { IncomingMessage } from 'node:http'
import type { LabelsOf, SpanAttributes } from '@micromart/contracts/telemetry'
import type { Log } from '@micromart/kernel'
import {
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { RequestHandler, Response } from 'express'
import { localsOf } from '../http/locals.ts'
import type { GatewayMetrics } from '../http/metrics.ts'
import type { Route } from '../http/route.ts'

type Labels = LabelsOf<'http_server_request_duration_seconds'>
type HttpMethod = Labels['http_request_method']

/** Whoever left before there was an answer got none, whatever Node would have said: 499, as proxies have it. */
const statusOf = ({ headersSent, statusCode }: Response): number => (headersSent ? statusCode : 499)

/** Records how long an answer took, by route template: no ids among the labels. */
export const measure = (route: Route, { durations, requests }: GatewayMetrics): RequestHandler => {
  const method = route.method.toUpperCase() as HttpMethod
  const byStatus = new Map<number, Labels>()
  const labelsOf = (status: number): Labels => {
    const known = byStatus.get(status) ?? {
      http_request_method: method,
      http_route: route.path,
      http_response_status_code: status,
    }
    byStatus.set(status, known)
    return known
  }
  return (_request, response, next) => {
    const begun = performance.now()
    localsOf(response).route = route
    requests.active += 1
    response.once('close', () => {
      requests.active -= 1
      durations.record((performance.now() - begun) / 1_000, labelsOf(statusOf(response)))
    })
    next()
  }
}

/**
 * The caller's trace id goes on; whether it is kept the sampler decides anew, whatever flag was sent (S37).
 * `tracestate` and `baggage` end here.
 */
const parentOf = (request: IncomingMessage) => {
  const { traceparent } = request.headers
  return propagation.extract(ROOT_CONTEXT, { traceparent })
}

/** The log tells of what traces tell of; of the path only its template. */
const tell = (log: Log, span: Span, { method, path }: Route, response: Response, ms: number) => {
  if (!span.isRecording()) return
  const { traceId, spanId } = span.spanContext()
  const { requestId } = localsOf(response)
  const httpStatus = statusOf(response)
  const outcome = httpStatus >= 500 ? String(httpStatus) : 'ok'
  const fields = {
    event: 'request.served',
    httpMethod: method.toUpperCase(),
    route: path,
    httpStatus,
  }
  const duration = Math.round(ms * 1e6)
  log.info({ ...fields, outcome, duration, requestId, traceId, spanId }, 'request served')
}

const finish = (span: Span, response: Response): void => {
  const status = statusOf(response)
  span.setAttribute('http.response.status_code', status)
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

/** The span of a request, in whose context its calls are made, and its line in the log. */
export const traced = (route: Route, log: Log): RequestHandler => {
  const { method, path } = route
  const name = `${method.toUpperCase()} ${path}`
  const attributes: SpanAttributes = {
    'http.request.method': method.toUpperCase(),
    'http.route': path,
  }
  return (request, response, next) => {
    const parent = parentOf(request)
    const tracer = trace.getTracer('@micromart/gateway')
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent)
    const { traceId } = span.spanContext()
    if (!/^0+$/.test(traceId)) localsOf(response).traceId = traceId
    const begun = performance.now()
    response.once('close', () => {
      tell(log, span, route, response, performance.now() - begun)
      finish(span, response)
    })
    context.with(trace.setSpan(parent, span), () => next())
  }
}
