/** Dapr app ids. `dapr.yaml` and the components are held against these names by a test. */
export const apps = {
  gateway: 'gateway',
  product: 'product',
  user: 'user',
  cart: 'cart',
  order: 'order',
  payment: 'payment',
  provider: 'provider',
} as const

export type App = (typeof apps)[keyof typeof apps]

/** Topics: what happened, and the version of its payload. */
export const topics = {
  productChanged: 'product.changed.v1',
  orderPaid: 'order.paid.v1',
  orderRejected: 'order.rejected.v1',
  orderFailed: 'order.failed.v1',
  orderCancelled: 'order.cancelled.v1',
  orderShipped: 'order.shipped.v1',
  orderDelivered: 'order.delivered.v1',
  orderRefunded: 'order.refunded.v1',
  paymentSettled: 'payment.settled.v1',
  paymentFailed: 'payment.failed.v1',
  paymentRefunded: 'payment.refunded.v1',
  userRegistered: 'user.registered.v1',
  userErased: 'user.erased.v1',
} as const

export type Topic = (typeof topics)[keyof typeof topics]

/** Names of the Dapr components in `components/`. */
export const components = { pubsub: 'pubsub', state: 'state', secrets: 'secrets' } as const

/** Where what an app could not handle waits for the dead-letter desk. */
export const deadLetterTopic = <A extends App>(app: A) => `dead.${app}.v1` as const

/** Whom events concern. */
const listeners = [
  { topic: topics.orderPaid, app: apps.cart },
  { topic: topics.userErased, app: apps.cart },
  { topic: topics.userErased, app: apps.order },
  { topic: topics.paymentSettled, app: apps.order },
  { topic: topics.paymentFailed, app: apps.order },
  { topic: topics.paymentRefunded, app: apps.order },
] as const

/**
 * Who listens to what; the files of `components/subscriptions` are held against it. Each consumer keeps its own dead
 * letters. The dead-letter topic of a subscription is its app's, also of the letters themselves: one that could not be kept
 * comes again.
 */
export const subscriptions = [
  ...listeners,
  { topic: deadLetterTopic(apps.cart), app: apps.cart },
  { topic: deadLetterTopic(apps.order), app: apps.order },
] as const

/** The audience of access tokens: our own routes and RPCs. */
export const tokenAudience = 'micromart'

/** `client_id` of access tokens that the shop's own login gave out, and no OAuth client. */
export const ownClientId = 'micromart'

/**
 * gRPC metadata that tells where a request came from, as the gateway saw it; sent along with RPCs that write into the audit
 * log, and never a reason for a decision.
 */
export const originHeaders = { address: 'x-client-address', userAgent: 'x-client-agent' } as const

/**
 * gRPC metadata that carries a request's idempotency key from the gateway to the service that acts. `scope` is the SHA-256 of
 * principal, method and route template; `fingerprint` that of method, route, principal and canonical body (RFC 8785 order).
 * `replayed` comes back when the answer was frozen by an earlier request.
 */
export const idempotencyHeaders = {
  key: 'idempotency-key',
  scope: 'idempotency-scope',
  fingerprint: 'idempotency-fingerprint',
  replayed: 'idempotent-replayed',
} as const
