import type { App } from '../names.ts'
import { apps } from '../names.ts'
import { onMysql, serving, sidecarred, telling, hearing } from './apps.ts'

/** One kind of span. */
export type SpanSpec = {
  /** What its name looks like; Zipkin shows names in lower case. */
  readonly name: RegExp
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal'
  readonly what: string
  readonly apps: readonly App[]
}

/** Every span that our own code makes. A sidecar's come beside them, under the same service name. */
export const spanSchema = {
  request: {
    name: /^(GET|HEAD|POST|PUT|PATCH|DELETE) \/[\w{}./-]*$/i,
    kind: 'server',
    what: 'A request to the gateway, by route: the root of nearly every trace',
    apps: [apps.gateway],
  },
  rpc: {
    name: /^micromart\.\w+\.v1\.\w+\/\w+$/i,
    kind: 'server',
    what: 'An RPC as it is served',
    apps: serving,
  },
  call: {
    name: /^(micromart\.\w+|dapr\.proto\.runtime)\.v1\.\w+\/\w+$/i,
    kind: 'client',
    what: 'A call through the own sidecar: another app’s RPC, or state and events of its own',
    apps: sidecarred,
  },
  query: {
    name: /^[A-Z]+( [a-z_]+)?$/i,
    kind: 'client',
    what: 'A statement to MySQL or a command to Redis: its operation and what it is about',
    apps: [...onMysql, apps.gateway],
  },
  publish: {
    name: /^[a-z]+\.[a-z]+\.v\d+ publish$/i,
    kind: 'producer',
    what: 'An event on its way from the outbox to the broker, under the change that it tells of',
    apps: telling,
  },
  process: {
    name: /^[a-z]+\.[a-z]+(\.v\d+) process$/i,
    kind: 'consumer',
    what: 'A delivery of an event to its handler',
    apps: hearing,
  },
  provider: {
    name: /^provider [a-z]+$/i,
    kind: 'client',
    what: 'A request to the payment provider',
    apps: [apps.payment],
  },
  providerRequest: {
    name: /^(GET|POST) \/v1\/[a-z/]+$/i,
    kind: 'server',
    what: 'The same as the simulated provider sees it',
    apps: [apps.provider],
  },
  settle: {
    name: /^settle order$/i,
    kind: 'internal',
    what: 'The sweeper at one order that is due: a trace of its own, found by the order’s id',
    apps: [apps.order],
  },
} as const satisfies Readonly<Record<string, SpanSpec>>

/**
 * The spans with which a checkout, a payment or a refund begins, and what finishes one that was left: their traces are kept in a
 * share of their own, in production all of them.
 */
export const checkoutSpans: ReadonlySet<string> = new Set([
  'POST /v1/orders',
  'POST /v1/orders/{id}/payment',
  'POST /v1/orders/{id}/cancel',
  'POST /v1/admin/orders/{id}/refunds',
  'POST /v1/webhooks/{provider}',
  'settle order',
])

/**
 * Every attribute that a span of ours may have, and what it says. Ids of orders, payments and users are pseudonyms and
 * allowed; nothing that a person wrote, nothing that opens a door, nothing of a card.
 * Source of those without `micromart`: OpenTelemetry semantic conventions 1.3x
 */
export const attributeSchema = {
  'http.request.method': 'Method of the request',
  'http.route': 'Path template of the route',
  'http.response.status_code': 'Status of the answer',
  'rpc.system': 'Always grpc',
  'rpc.service': 'Full name of the service',
  'rpc.method': 'Name of the method',
  'rpc.grpc.status_code': 'Number of the gRPC status',
  'peer.service': 'App or component that is called',
  'db.system.name': 'mysql or redis',
  'db.namespace': 'Database',
  'db.operation.name': 'First word of the statement, or the command',
  'db.collection.name': 'First table of the statement',
  'db.query.text': 'The statement with placeholders, never with values; its first 300 characters',
  'messaging.system': 'Always dapr',
  'messaging.destination.name': 'Topic',
  'messaging.message.id': 'Id of the event',
  'messaging.operation.type': 'send or process',
  'micromart.event.outcome': 'What was answered to a delivery: success, retry or drop',
  'micromart.order.id': 'Order that the work is about',
  'micromart.order.status': 'Where the order stands after it',
  'micromart.order.total_minor': 'Its total in minor units',
  'micromart.order.currency': 'ISO 4217',
  'micromart.saga.tries': 'How often the sweeper has looked at the order before',
  'micromart.payment.id': 'Payment that the work is about',
  'micromart.payment.status': 'Where the payment stands after it',
  'micromart.payment.reason_class': 'Why it was declined, as the metrics say it',
  'micromart.refund.id': 'Refund that the work is about',
  'micromart.user.id': 'Account that the caller’s token names',
  'micromart.replayed': 'Whether the answer was an earlier request’s',
} as const satisfies Readonly<Record<string, string>>

export type AttributeName = keyof typeof attributeSchema

/** Attributes of a span of ours: others do not compile. */
export type SpanAttributes = Readonly<Partial<Record<AttributeName, string | number | boolean>>>

/** Fields of requests and events that name what they are about, and the attribute that they become. */
export const namedBy = {
  orderId: 'micromart.order.id',
  refundId: 'micromart.refund.id',
} as const satisfies Readonly<Record<string, AttributeName>>
