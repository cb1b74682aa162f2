/** What a shopper, or the desk, does so that a step comes. */
export type StoryName =
  | 'buys'
  | 'buys as a member'
  | 'is declined'
  | 'comes too late'
  | 'pays later'
  | 'approves'
  | 'takes long to approve'
  | 'never approves'
  | 'cancels'
  | 'gets a part back'
  | 'is paid back at the provider'
  | 'is charged too late'

/**
 * How a step's call goes: from app to app through both sidecars; straight by HTTP; from an app to its own sidecar; from a sidecar to
 * its own app.
 */
type Way = 'rpc' | 'http' | 'publish' | 'delivery'

/** A remote step of a checkout, or of what follows it. */
export type Step = {
  readonly name: string
  /** The process that calls, and the one that acts. */
  readonly caller: string
  readonly callee: string
  readonly way: Way
  /** The edge on which the call is held. */
  readonly edge: string
  /** gRPC path, or HTTP method and path. */
  readonly method: string
  /** Only a call whose body holds it, such as a topic. */
  readonly text?: string
  /** The edge by which the caller writes down, or passes on, what it was answered. */
  readonly ledger: string
  readonly stores: readonly ('mysql' | 'redis')[]
  readonly story: StoryName
}

const rpc =
  (caller: string, ledger = `${caller}-mysql`) =>
  (callee: string, service: string) =>
  (name: string, method: string, story: StoryName): Step => ({
    name,
    caller,
    callee,
    way: 'rpc',
    edge: `${callee}-in`,
    method: `/micromart.${callee}.v1.${service}/${method}`,
    ledger,
    stores: callee === 'cart' ? ['mysql', 'redis'] : ['mysql'],
    story,
  })

const toProvider = (name: string, method: string, story: StoryName): Step => ({
  name,
  caller: 'payment',
  callee: 'provider',
  way: 'http',
  edge: 'provider',
  method,
  ledger: 'payment-mysql',
  stores: ['mysql'],
  story,
})

const webhook = (name: string, story: StoryName): Step => ({
  ...toProvider(name, 'POST /v1/webhooks/simulated', story),
  caller: 'provider',
  callee: 'gateway',
  edge: 'webhook',
  ledger: 'provider-mysql',
})

const publish = (app: string, topic: string, story: StoryName): Step => ({
  name: `publish ${topic}`,
  caller: app,
  callee: `${app}-sidecar`,
  way: 'publish',
  edge: `${app}-out`,
  method: '/dapr.proto.runtime.v1.Dapr/PublishEvent',
  text: topic,
  ledger: `${app}-mysql`,
  stores: ['mysql', 'redis'],
  story,
})

const deliver = (app: string, topic: string, story: StoryName): Step => ({
  name: `${topic} to ${app}`,
  caller: `${app}-sidecar`,
  callee: app,
  way: 'delivery',
  edge: `${app}-in`,
  method: '/dapr.proto.runtime.v1.AppCallback/OnTopicEvent',
  text: topic,
  ledger: `${app}-redis`,
  stores: app === 'cart' ? ['redis'] : ['mysql', 'redis'],
  story,
})

const stock = rpc('order')('product', 'ProductService')
const money = rpc('order')('payment', 'PaymentService')

/** Every remote step of the saga: what order and payment call, what is called on their behalf, the events between. */
export const steps: readonly Step[] = [
  rpc('gateway', 'public')('order', 'OrderService')('place', 'PlaceOrder', 'buys'),
  rpc('order')('cart', 'CartService')('lines', 'GetLines', 'buys'),
  rpc('order')('user', 'UserService')('details', 'GetCheckoutDetails', 'buys as a member'),
  stock('hold', 'HoldStock', 'buys'),
  money('open', 'OpenPayment', 'buys'),
  money('charge', 'Charge', 'buys'),
  toProvider('charge at provider', 'POST /v1/charges', 'buys'),
  stock('claim', 'ClaimStock', 'buys'),
  publish('order', 'order.paid.v1', 'buys'),
  deliver('cart', 'order.paid.v1', 'buys'),
  stock('release', 'ReleaseStock', 'is declined'),
  money('cancel', 'CancelPayment', 'comes too late'),
  money('ask', 'GetPayment', 'pays later'),
  toProvider('ask at provider', 'GET /v1/charges', 'pays later'),
  webhook('webhook', 'pays later'),
  rpc('gateway', 'webhook')('payment', 'PaymentService')(
    'webhook to payment',
    'ReceiveWebhook',
    'pays later',
  ),
  publish('payment', 'payment.settled.v1', 'pays later'),
  deliver('order', 'payment.settled.v1', 'pays later'),
  money('continue', 'ContinueCharge', 'approves'),
  toProvider('confirm at provider', 'POST /v1/charges/confirm', 'approves'),
  stock('extend', 'ExtendHold', 'takes long to approve'),
  money('cancel waiting', 'CancelPayment', 'never approves'),
  toProvider('cancel at provider', 'POST /v1/charges/cancel', 'never approves'),
  money('refund', 'Refund', 'cancels'),
  toProvider('refund at provider', 'POST /v1/refunds', 'cancels'),
  stock('return', 'ReturnStock', 'cancels'),
  stock('return a part', 'ReturnStock', 'gets a part back'),
  { ...webhook('webhook of a refund', 'is paid back at the provider'), text: 'charge.refunded' },
  publish('payment', 'payment.refunded.v1', 'is paid back at the provider'),
  deliver('order', 'payment.refunded.v1', 'is paid back at the provider'),
  money('refunds made elsewhere', 'ListForeignRefunds', 'is paid back at the provider'),
  toProvider('late money back', 'POST /v1/refunds', 'is charged too late'),
]
