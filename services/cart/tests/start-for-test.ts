import { CartBooksServiceService, CartServiceService } from '@micromart/contracts/cart'
import { BacklogServiceService, DeadLetterServiceService } from '@micromart/contracts/ops'
import type { Offer } from '@micromart/contracts/product'
import { apps } from '@micromart/contracts'
import { money, silentLog, systemIds } from '@micromart/kernel'
import type { IdempotencyKey } from '@micromart/dapr'
import {
  type FakeSidecar,
  startFakeSidecar,
  type TestCaller,
  testClient,
  testTokens,
} from '@micromart/testing'
import { readConfig } from '../src/config.ts'
import { type Overrides, startCart } from '../src/service.ts'

/** Made once: keys are slow to make. */
const issuer = testTokens()

export const newId = systemIds.next

export const eur = (cents: number) => money(cents, 'EUR')

/** A sku as product offers it. */
const offerOf = (sku: string, of: Partial<Offer> = {}): Offer => ({
  sku,
  productId: `product-${sku}`,
  handle: `handle-${sku}`,
  title: `Title of ${sku}`,
  options: [{ name: 'Size', value: 'L' }],
  image: `/images/${sku}.svg`,
  price: eur(250),
  availableQuantity: 500n,
  ...of,
})

/** The shelf that the stubbed product service offers from. */
const shelf = (sidecar: FakeSidecar) => {
  const offers = new Map<string, Offer>()
  const tricks: { readonly first: () => Promise<void> | void; readonly of: Partial<Offer> }[] = []
  sidecar.answer('product', 'GetOffers', async ({ skus }) => {
    const { first, of } = tricks.shift() ?? {}
    await first?.()
    const found = skus.flatMap((sku) => offers.get(sku) ?? [])
    return { offers: found.map((offer) => ({ ...offer, ...of })) }
  })
  return {
    /** The next question does this first, and finds the offers changed so. */
    next: (first: () => Promise<void> | void, of: Partial<Offer> = {}): void => {
      tricks.push({ first, of })
    },
    put: (sku: string, of: Partial<Offer> = {}): string => {
      offers.set(sku, offerOf(sku, of))
      return sku
    },
    remove: (sku: string) => offers.delete(sku),
  }
}

const replica = async (sidecar: FakeSidecar, overrides: Overrides) => {
  const config = readConfig({
    SHOP_ENV: 'local',
    APP_ID: apps.cart,
    APP_PORT: '0',
    HTTP_PORT: '0',
    DAPR_GRPC_PORT: String(sidecar.grpcPort),
    DAPR_HTTP_PORT: String(sidecar.httpPort),
    ISSUER_URL: issuer.issuer,
  })
  await using starting = new AsyncDisposableStack()
  const service = starting.use(await startCart(config, { log: silentLog, ...overrides }))
  const client = starting.use(await testClient(CartServiceService, service.port))
  const books = starting.use(await testClient(CartBooksServiceService, service.port))
  const backlog = starting.use(await testClient(BacklogServiceService, service.port))
  const desk = starting.use(await testClient(DeadLetterServiceService, service.port))
  const running = starting.move()
  return {
    ...service,
    client,
    books,
    backlog,
    desk,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** The cart service on a fake sidecar, and `replicas - 1` more of it on the same one. */
export const startForTest = async ({
  replicas = 1,
  ...overrides
}: Overrides & { replicas?: number } = {}) => {
  await using starting = new AsyncDisposableStack()
  const sidecar = starting.use(await startFakeSidecar({ appId: apps.cart }))
  sidecar.answer('user', 'GetJwks', () => ({ jwks: issuer.jwks }))
  const started: Awaited<ReturnType<typeof replica>>[] = []
  for (let index = 0; index < replicas; index += 1) {
    started.push(starting.use(await replica(sidecar, overrides)))
  }
  const [first] = started
  if (!first) throw new Error('no replica')
  sidecar.attach(first.port)
  const running = starting.move()
  return {
    sidecar,
    shelf: shelf(sidecar),
    port: first.port,
    httpPort: first.httpPort,
    books: first.books.as(),
    backlog: first.backlog.as(),
    /** As an operator. */
    desk: (id: string) => first.desk.as({ token: issuer.userToken({ id, roles: ['operator'] }) }),
    /** As a guest; each replica has its own. */
    guest: first.client.as(),
    guests: started.map(({ client }) => client.as()),
    member: (id: string, roles?: readonly string[]) =>
      first.client.as({ token: issuer.userToken({ id, ...(roles ? { roles } : {}) }) }),
    members: (id: string) =>
      started.map(({ client }) => client.as({ token: issuer.userToken({ id }) })),
    /** As a member whose requests carry a key; `replayed` of it says what became of the last. */
    keyed: (id: string, idempotency: IdempotencyKey) => {
      const caller: TestCaller = { token: issuer.userToken({ id }), idempotency }
      return { caller, rpc: first.client.as(caller) }
    },
    withToken: (token: string) => first.client.as({ token }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export type TestShop = Awaited<ReturnType<typeof startForTest>>

/** A guest's new cart with these lines; answers its token. */
export const guestCart = async (
  { guest, shelf: { put } }: Pick<TestShop, 'guest' | 'shelf'>,
  lines: { readonly [sku: string]: number },
): Promise<string> => {
  let cartToken: string | undefined
  for (const [sku, quantity] of Object.entries(lines)) {
    const answer = await guest.addItem({ cartToken, sku: put(sku), quantity })
    cartToken ??= answer.cartToken
  }
  if (cartToken === undefined) throw new Error('no token was minted')
  return cartToken
}

/** What a refused call said. */
export const refusalOf = async (call: Promise<unknown>): Promise<object> => {
  try {
    return { answered: await call }
  } catch (error) {
    const { kind, code, params } = error as { kind: string; code: string; params: object }
    return { kind, code, params }
  }
}

/** A cart's lines as sku to quantity. */
export const unitsOf = (lines: readonly { readonly sku: string; readonly quantity: number }[]) =>
  Object.fromEntries(lines.map(({ sku, quantity }) => [sku, quantity]))
