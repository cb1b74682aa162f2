/**
 * Fields that a line of a log may have beside those that its message is about, by their names in the Elastic Common Schema
 * (https://www.elastic.co/docs/reference/ecs), and what they say.
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
  'http.request.id': 'X-Request-Id of the request',
  'event.action': 'What was done',
  'event.outcome': 'success, failure or unknown',
  'event.dataset': 'micromart.audit for the audit’s lines',
  'user.id': 'Account, as a pseudonym',
  'error.type': 'Name of the error',
  'error.message': 'Its text, masked',
  'error.stack_trace': 'Where it was thrown',
  'labels.colour': 'blue or green, where the shop runs in colours',
} as const satisfies Readonly<Record<string, string>>
