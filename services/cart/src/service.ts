import { apps } from '@micromart/contracts'
import { CartBooksServiceService, CartServiceService } from '@micromart/contracts/cart'
import { ProductServiceService } from '@micromart/contracts/product'
import type { Log } from '@micromart/kernel'
import { type Platform, type Running, startPlatform } from '@micromart/service'
import { offersProduct } from './client/offers-product.ts'
import type { Config } from './config.ts'
import { guestTokens } from './crypto/guest-tokens-node.ts'
import { cartBooksRpc } from './handler/books-rpc.ts'
import { cartTopics } from './handler/events.ts'
import { cartRpc } from './handler/rpc.ts'
import type { Ports } from './model/ports.ts'
import { auditDapr } from './repository/audit-dapr.ts'
import { cartsDapr } from './repository/carts-dapr.ts'
import { lettersDapr } from './repository/letters-dapr.ts'
import { cartUseCases, type UseCases } from './usecase/index.ts'

/** What a test may put in place of the real thing. */
export type Overrides = Partial<Ports & { readonly log: Log }>

const portsOf = ({ sidecar, ids, clock }: Platform, config: Config): Ports => ({
  carts: cartsDapr(sidecar.state),
  offers: offersProduct(sidecar.client(ProductServiceService, apps.product)),
  tokens: guestTokens,
  ids,
  clock,
  currency: config.SHOP_CURRENCY,
})

/** Cart has neither outbox nor rows of keys: it is behind by its dead letters only. */
const operationsOf = ({ sidecar, clock }: Platform, use: UseCases) => {
  const audit = auditDapr(sidecar.state)
  const letters = lettersDapr(sidecar.state, audit)
  const backlog = async () => ({
    unsent: 0,
    oldestUnsentAt: undefined,
    openDeadLetters: await letters.countOpen(),
    abandonedKeys: 0,
  })
  return { app: apps.cart, letters, audit: audit.list, backlog, erase: use.eraseShopper, clock }
}

/** Starts the cart service. Disposing what it returns stops everything in reverse order. */
export const startCart = async (config: Config, overrides: Overrides = {}): Promise<Running> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  const platform = starting.use(await startPlatform(apps.cart, config, overrides))
  const use = cartUseCases({ ...portsOf(platform, config), ...overrides })
  const server = starting.use(
    await platform.serve({
      services: [
        [CartServiceService, cartRpc(use)],
        [CartBooksServiceService, cartBooksRpc(use)],
      ],
      topics: cartTopics(use),
      operations: operationsOf(platform, use),
    }),
  )
  const running = starting.move() // started: the caller disposes from here on
  return { ...server, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
