/**
 * What each app may do through its sidecar: the one source of access lists, scopes and docs/calls.md. What is not here is
 * refused; `npm run check -- documents` fails where the code does otherwise. No service imports this: it loads every contract.
 */
import { CartBooksServiceService, CartServiceService } from './cart.ts'
import { type App, apps, deadLetterTopic, subscriptions, type Topic, topics } from './names.ts'
import { AuditServiceService, BacklogServiceService, DeadLetterServiceService } from './ops.ts'
import { OrderServiceService } from './order.ts'
import { PaymentServiceService } from './payment.ts'
import { PrivacyServiceService } from './privacy.ts'
import { ProductServiceService } from './product.ts'
import { ClientServiceService, OAuthServiceService, UserServiceService } from './user.ts'

/** Full method names, such as `/micromart.cart.v1.CartService/GetCart`. */
const rpcs = <M extends string>(
  definition: Readonly<Record<M, { readonly path: string }>>,
  ...methods: readonly NoInfer<M>[]
): readonly string[] => methods.map((method) => definition[method].path)

const keys = rpcs(UserServiceService, 'getJwks')
const backlog = rpcs(BacklogServiceService, 'getBacklog')
const audit = rpcs(AuditServiceService, 'listAudit')
const erasing = rpcs(PrivacyServiceService, 'erasePerson')

const letters = rpcs(
  DeadLetterServiceService,
  ...(['listDeadLetters', 'getDeadLetter', 'replayDeadLetter', 'discardDeadLetter'] as const),
)

const catalogue = rpcs(
  ProductServiceService,
  ...(['listProducts', 'getProduct', 'listCategories', 'changesSince'] as const),
  ...(['listAdminProducts', 'getAdminProduct', 'createProduct', 'updateProduct'] as const),
  ...(['archiveProduct', 'importProducts', 'exportProducts', 'createCategory'] as const),
  ...(['getStock', 'adjustStock'] as const),
)

const goods = rpcs(
  ProductServiceService,
  ...(['holdStock', 'extendHold', 'claimStock', 'releaseStock', 'returnStock'] as const),
  ...(['listHoldBooks', 'listStockBooks'] as const),
)

const accounts = rpcs(
  UserServiceService,
  ...(['register', 'login', 'refresh', 'logout', 'getJwks'] as const),
  ...(['verifyEmail', 'requestPasswordReset', 'resetPassword'] as const),
  ...(['getMe', 'updateMe', 'eraseMe', 'getErasure', 'exportMe', 'changePassword'] as const),
  ...(['requestEmailVerification', 'listSessions', 'endSession'] as const),
  ...(['getTotp', 'startTotp', 'confirmTotp', 'disableTotp'] as const),
  ...(['listAddresses', 'addAddress', 'replaceAddress', 'deleteAddress'] as const),
  ...(['listUsers', 'getUser', 'setRoles'] as const),
)

const clients = rpcs(
  ClientServiceService,
  ...(['listClients', 'getClient', 'addClient', 'changeClient'] as const),
  ...(['removeClient', 'rotateClientSecret'] as const),
)

const money = rpcs(
  PaymentServiceService,
  ...(['openPayment', 'charge', 'continueCharge', 'cancelPayment', 'getPayment'] as const),
  ...(['refund', 'listForeignRefunds', 'listPaymentRecords'] as const),
  ...(['listPaymentBooks', 'listProviderBooks'] as const),
)

const carts = rpcs(
  CartServiceService,
  ...([
    'getCart',
    'addItem',
    'setItem',
    'removeItem',
    'clearCart',
    'mergeCart',
    'getLines',
  ] as const),
)

const orders = rpcs(
  OrderServiceService,
  ...([
    'placeOrder',
    'getOrder',
    'listOrders',
    'getTimeline',
    'watchOrder',
    'exportOrders',
  ] as const),
  ...(['cancelOrder', 'continuePayment', 'refundOrder', 'listRefunds'] as const),
  ...(['shipOrder', 'deliverOrder', 'listAllOrders', 'getAnyOrder', 'checkBooks'] as const),
)

/** Which RPCs an app calls of another, by caller and callee. */
export const calls: Readonly<Record<App, Readonly<Partial<Record<App, readonly string[]>>>>> = {
  gateway: {
    product: [...catalogue, ...audit],
    user: [...accounts, ...rpcs(OAuthServiceService, 'serve'), ...clients, ...audit],
    cart: [...carts, ...letters, ...audit],
    order: [...orders, ...letters, ...audit],
    payment: [...rpcs(PaymentServiceService, 'receiveWebhook'), ...audit],
  },
  product: { user: keys },
  user: { cart: erasing, order: erasing },
  cart: { user: keys, product: rpcs(ProductServiceService, 'getOffers') },
  order: {
    user: [...keys, ...rpcs(UserServiceService, 'getCheckoutDetails'), ...backlog],
    product: [...goods, ...backlog],
    cart: [
      ...rpcs(CartServiceService, 'getLines'),
      ...rpcs(CartBooksServiceService, 'listTaken'),
      ...backlog,
    ],
    payment: [...money, ...backlog],
  },
  payment: { user: keys },
  provider: {},
}

/** Which app tells a topic; each has one. */
export const publishers: Readonly<Record<Topic, App>> = {
  [topics.productChanged]: apps.product,
  [topics.orderPaid]: apps.order,
  [topics.orderRejected]: apps.order,
  [topics.orderFailed]: apps.order,
  [topics.orderCancelled]: apps.order,
  [topics.orderShipped]: apps.order,
  [topics.orderDelivered]: apps.order,
  [topics.orderRefunded]: apps.order,
  [topics.paymentSettled]: apps.payment,
  [topics.paymentFailed]: apps.payment,
  [topics.paymentRefunded]: apps.payment,
  [topics.userRegistered]: apps.user,
  [topics.userErased]: apps.user,
}

const heardBy = (app: App): readonly string[] =>
  subscriptions.filter((one) => one.app === app).map(({ topic }) => topic)

const toldBy = (app: App): readonly string[] =>
  Object.values(topics).filter((topic) => publishers[topic] === app)

/**
 * The topics of an app. What it hears and cannot handle its own sidecar puts on its dead-letter topic, so that is among those it
 * publishes.
 */
export const topicsOf = (
  app: App,
): { readonly published: readonly string[]; readonly subscribed: readonly string[] } => {
  const subscribed = heardBy(app)
  const letterTopics = subscribed.length > 0 ? [deadLetterTopic(app)] : []
  return { published: [...toldBy(app), ...letterTopics], subscribed }
}

/** Which secrets an app reads of the secret store; the stores' own come to the sidecars and to nobody else. */
export const secretsOf: Readonly<Record<App, readonly string[]>> = {
  gateway: ['redis-gateway'],
  product: ['mysql-product'],
  user: ['mysql-user', 'signing-kek', 'smtp-password'],
  cart: [],
  order: ['mysql-order', 'order-token-key'],
  payment: [
    'mysql-payment',
    'provider-key',
    'provider-webhook-key',
    'stripe-api-key',
    'stripe-webhook-secret',
  ],
  provider: ['mysql-provider', 'provider-key', 'provider-webhook-key'],
}

/** Which apps keep state by Dapr. */
export const stateful: readonly App[] = [apps.cart]
