import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import type { RpcClient, RpcStreams, Sidecar } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'

/** What routes may use: the services behind the gateway, and what the gateway knows of itself. */
export type Shop = {
  readonly product: RpcClient<typeof ProductServiceService>
  readonly productStreams: RpcStreams<typeof ProductServiceService>
  readonly user: RpcClient<typeof UserServiceService>
  readonly cart: RpcClient<typeof CartServiceService>
  readonly order: RpcClient<typeof OrderServiceService>
  readonly log: Log
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
}

export type StaticFile = {
  readonly content: Uint8Array
  readonly type: string
  readonly etag: string
}

/** Deadlines of design.md section 7: placing an order waits for payment, all others 3 s. */
const orderDeadlines = { placeOrder: 10_000, cancelOrder: 10_000 }

type Services = Pick<Shop, 'product' | 'productStreams' | 'user' | 'cart' | 'order'>

/** The services behind the sidecar. */
export const connectServices = (sidecar: Sidecar): Services => ({
  product: sidecar.client(ProductServiceService, apps.product, {
    deadlines: { changesSince: 1_000 },
  }),
  productStreams: sidecar.stream(ProductServiceService, apps.product),
  user: sidecar.client(UserServiceService, apps.user),
  cart: sidecar.client(CartServiceService, apps.cart),
  order: sidecar.client(OrderServiceService, apps.order, { deadlines: orderDeadlines }),
})
