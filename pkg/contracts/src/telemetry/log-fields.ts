/** Which version of the Elastic Common Schema names the fields. */
export const ecsVersion = '8.17.0'

/** How Elasticsearch keeps a field: looked for as a whole (`keyword`), by its words (`text`), or as time or number. */
type LogType = 'keyword' | 'text' | 'date' | 'long'

type LogFieldSpec = { readonly type: LogType; readonly what: string }

const keyword = (what: string) => ({ type: 'keyword', what }) as const
const text = (what: string) => ({ type: 'text', what }) as const
const long = (what: string) => ({ type: 'long', what }) as const

/**
 * Fields that a line of a log may have, by their names in the Elastic Common Schema
 * (https://www.elastic.co/docs/reference/ecs), and what they say. What a line is about beside them (`orderId`) is a label
 * (`labels.order_id`).
 */
export const logFieldSchema = {
  '@timestamp': { type: 'date', what: 'When it was written, RFC 3339 in UTC' },
  'log.level': keyword('debug, info, warn or error'),
  message: text('One sentence of a fixed text'),
  'ecs.version': keyword('Version of the schema'),
  'service.name': keyword('App id'),
  'service.version': keyword('Version of the build'),
  'trace.id': keyword(
    'Trace in which it happened: the same in Zipkin and in the problem that a client got',
  ),
  'span.id': keyword('Span in which it happened'),
  'http.request.id': keyword('X-Request-Id of the request; of an event’s delivery its id'),
  'http.request.method': keyword('Method of the request'),
  'http.response.status_code': long('Status of the answer'),
  'event.action': keyword(
    'What was done: request.served, rpc.served, event.handled, auth.login, order.ship ...',
  ),
  'event.outcome': keyword('success or failure'),
  'event.reason': keyword('Of a failure: which one'),
  'event.duration': long('How long it took, in nanoseconds'),
  'event.dataset': keyword('micromart.audit for what staff do'),
  'user.id': keyword('Account, as a pseudonym'),
  'error.type': keyword('Name of the error'),
  'error.code': keyword('Its code, the same as a problem’s or the driver’s'),
  'error.message': text('Its text, masked'),
  'error.stack_trace': text('Where it was thrown, and where its causes were'),
} as const satisfies Readonly<Record<string, LogFieldSpec>>

export type LogField = keyof typeof logFieldSchema
