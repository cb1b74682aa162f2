import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { ProductServiceService } from '@micromart/contracts/product'
import {
  ClientServiceService,
  OAuthServiceService,
  UserServiceService,
} from '@micromart/contracts/user'
import type { RpcClient, RpcStreams, Sidecar } from '@micromart/dapr'
import type { Clock, Log } from '@micromart/kernel'
import type { OpenStreams } from '../events/open-streams.ts'
import { type AuditLogs, connectAudit } from './audit.ts'
import { connectDesk, type Desk } from './dead-letters.ts'

/** What routes may use: the services behind the gateway, and what the gateway knows of itself. */
export type Shop = {
  readonly product: RpcClient<typeof ProductServiceService>
  readonly productStreams: RpcStreams<typeof ProductServiceService>
  readonly user: RpcClient<typeof UserServiceService>
  readonly oauth: RpcClient<typeof OAuthServiceService>
  readonly clients: RpcClient<typeof ClientServiceService>
  readonly cart: RpcClient<typeof CartServiceService>
  readonly order: RpcClient<typeof OrderServiceService>
  readonly orderStreams: RpcStreams<typeof OrderServiceService>
  readonly payment: Pick<RpcClient<typeof PaymentServiceService>, 'receiveWebhook'>
  /** The letters of every consumer of events. */
  readonly desk: Desk
  /** What was done in every service. */
  readonly audit: AuditLogs
  readonly log: Log
  readonly clock: Clock
  /** Streams of order events that are open here. */
  readonly streams: OpenStreams
  /** How often a quiet stream says that it lives. */
  readonly heartbeatMs: number
  /** ISO 4217, of the empty cart. */
  readonly currency: string
  /** Whether the gateway can serve: its own sidecar lets calls out. */
  readonly ready: () => Promise<boolean>
  /** The public keys, for outside clients. */
  readonly documents: Documents
}

/** Pages and pictures that are ready at start. */
export type Documents = {
  readonly openapi: string
  readonly pictures: ReadonlyMap<string, StaticFile>
  readonly docs: ReadonlyMap<string, StaticFile>
  /** Where links in mails lead. */
  readonly account: ReadonlyMap<string, StaticFile>
  /** RFC 9116; undefined without a contact. */
  readonly securityTxt: string | undefined
}

export type StaticFile = {
  readonly content: Uint8Array
  readonly type: string
  readonly etag: string
}

/** A full check of the books over a million orders takes minutes. */
export const booksPatienceMs = 600_000

/** Deadlines of design.md section 7: what waits for payment 10 s, the books over all stores 10 minutes, all others 3 s. */
const orderDeadlines = {
  placeOrder: 10_000,
  continuePayment: 10_000,
  cancelOrder: 10_000,
  refundOrder: 10_000,
  checkBooks: booksPatienceMs,
}

type ProductClient = RpcClient<typeof ProductServiceService>

/** Reads are called once more when they come back UNAVAILABLE; writes are not, nobody knows what became of them. */
const productClient = (sidecar: Sidecar): ProductClient => {
  const deadlines = { changesSince: 1_000 }
  const options = { deadlines, forwardsKey: true }
  const writes = sidecar.client(ProductServiceService, apps.product, options)
  const reads = sidecar.client(ProductServiceService, apps.product, { deadlines, idempotent: true })
  const polls = { deadlines, idempotent: true, unsampled: true } // two a second would hide shoppers' traces
  const { changesSince } = sidecar.client(ProductServiceService, apps.product, polls)
  const { listProducts, getProduct, listCategories } = reads
  const { listAdminProducts, getAdminProduct, getStock } = reads
  const shoppers = { listProducts, getProduct, listCategories, changesSince }
  return { ...writes, ...shoppers, listAdminProducts, getAdminProduct, getStock }
}

type Services = Pick<
  Shop,
  | 'product'
  | 'productStreams'
  | 'user'
  | 'oauth'
  | 'clients'
  | 'cart'
  | 'order'
  | 'orderStreams'
  | 'payment'
  | 'desk'
  | 'audit'
>

/** The services behind the sidecar. Each gets the shopper's idempotency key: it keeps the answer. */
export const connectServices = (sidecar: Sidecar): Services => ({
  product: productClient(sidecar),
  productStreams: sidecar.stream(ProductServiceService, apps.product),
  user: sidecar.client(UserServiceService, apps.user, { forwardsKey: true }),
  oauth: sidecar.client(OAuthServiceService, apps.user),
  clients: sidecar.client(ClientServiceService, apps.user, { forwardsKey: true }),
  cart: sidecar.client(CartServiceService, apps.cart, { forwardsKey: true }),
  order: sidecar.client(OrderServiceService, apps.order, {
    deadlines: orderDeadlines,
    forwardsKey: true,
  }),
  orderStreams: sidecar.stream(OrderServiceService, apps.order),
  payment: sidecar.client(PaymentServiceService, apps.payment),
  desk: connectDesk(sidecar),
  audit: connectAudit(sidecar),
})
