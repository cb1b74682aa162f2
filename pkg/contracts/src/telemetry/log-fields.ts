/** Which version of the Elastic Common Schema names the fields. */
export const ecsVersion = '8.17.0'

/**
 * Fields that a line of a log may have, by their names in the Elastic Common Schema
 * (https://www.elastic.co/docs/reference/ecs), and what they say. What a line is about beside them (`orderId`) is a label (`labels.order_id`).
 */
export const logFieldSchema = {
  '@timestamp': 'When it was written, RFC 3339 in UTC',
  'log.level': 'debug, info, warn or error',
  message: 'One sentence of a fixed text',
  'ecs.version': 'Version of the schema',
  'service.name': 'App id',
  'service.version': 'Version of the build',
  'trace.id': 'Trace in which it happened: the same in Zipkin and in the problem that a client got',
  'span.id': 'Span in which it happened',
  'http.request.id': 'X-Request-Id of the request; of an event’s delivery its id',
  'http.request.method': 'Method of the request',
  'http.response.status_code': 'Status of the answer',
  'event.action': 'What was done: request.served, rpc.served, event.handled, auth.login, order.ship ...',
  'event.outcome': 'success or failure',
  'event.reason': 'Of a failure: which one',
  'event.duration': 'How long it took, in nanoseconds',
  'event.dataset': 'micromart.audit for what staff do',
  'user.id': 'Account, as a pseudonym',
  'error.type': 'Name of the error',
  'error.code': 'Its code, the same as a problem’s or the driver’s',
  'error.message': 'Its text, masked',
  'error.stack_trace': 'Where it was thrown, and where its causes were',
} as const satisfies Readonly<Record<string, string>>

export type LogField = keyof typeof logFieldSchema
