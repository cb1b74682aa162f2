import { beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { scrape } from './support/metrics.ts'
import { pidOnPort, whileStopped } from './support/processes.ts'
import { call, eventually, shop } from './support/shop.ts'
import { openRedis } from './support/stores.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from './support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

/** How often each sidecar has been asked for each method, and has published and delivered each topic. */
const counted = async (): Promise<Readonly<Record<string, number>>> => {
  const found = new Map<string, number>()
  for (const app of ['gateway', 'cart', 'order', 'payment']) {
    for (const { name, labels, value } of await scrape(shop.ports[app]!.metrics)) {
      const what = {
        dapr_grpc_io_server_completed_rpcs: labels['grpc_server_method']?.split('.v1.').at(-1),
        dapr_component_pubsub_egress_count: `published ${labels['topic']}`,
        dapr_component_pubsub_ingress_count: `delivered ${labels['topic']}`,
      }[name]
      if (what) found.set(`${app}: ${what}`, (found.get(`${app}: ${what}`) ?? 0) + value)
    }
  }
  return Object.fromEntries(found)
}

const wanted = {
  'gateway: CartService/AddItem': 1,
  'gateway: OrderService/PlaceOrder': 1,
  'cart: ProductService/GetOffers': 1,
  'cart: Dapr/SaveState': 2,
  'cart: delivered order.paid.v1': 1,
  'order: CartService/GetLines': 1,
  'order: UserService/GetCheckoutDetails': 1,
  'order: ProductService/HoldStock': 1,
  'order: ProductService/ClaimStock': 1,
  'order: PaymentService/OpenPayment': 1,
  'order: PaymentService/Charge': 1,
  'order: published order.paid.v1': 1,
  'payment: published payment.settled.v1': 1,
}

describe('the sidecars', () => {
  it('carry every call, event and state write of a purchase, each once', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin)
    const before = await counted()

    await addToCart({ token }, product.sku)
    expect((await placeOrder({ token })).status).toBe(201)

    const since = async () => {
      const after = await counted()
      return Object.fromEntries(
        Object.keys(wanted).map((key) => [key, (after[key] ?? 0) - (before[key] ?? 0)]),
      )
    }
    const all = (now: Record<string, number>) =>
      Object.entries(wanted).every(([key, count]) => now[key]! >= count)
    expect(await eventually(since, all)).toEqual(wanted)
  })

  it("keep the cart in Redis under Dapr's own key", async () => {
    const product = await newProduct(admin)
    const { cartToken } = await addToCart({}, product.sku)
    const redis = openRedis(shop.redis)
    const key = `cart||guest:${createHash('sha256').update(cartToken).digest('hex')}`

    const stored = await redis.hget(key, 'data')
    const ttl = await redis.ttl(key)
    await redis.quit()

    expect(JSON.parse(stored ?? '{}')).toMatchObject({ lines: [{ sku: product.sku, quantity: 1 }] })
    expect(ttl).toBeGreaterThan(29 * 24 * 3600)
  })

  it('make the routes that need a stopped one answer 503 within the deadline, and no other', async () => {
    const product = await newProduct(admin)
    const { cartToken } = await addToCart({}, product.sku)
    const sidecar = pidOnPort(shop.ports['cart']!.daprGrpc)

    const [cart, browse] = await whileStopped(sidecar, () =>
      Promise.all([
        call('GET', '/v1/cart', { headers: { 'x-cart-token': cartToken }, timeoutMs: 8000 }),
        call('GET', `/v1/products/${product.id}`),
      ]),
    )

    expect({ status: cart.status, code: cart.body['code'] }).toEqual({
      status: 503,
      code: 'dependency_unavailable',
    })
    expect(Number(cart.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(browse.status).toBe(200)
    await eventually(
      () => call('GET', '/v1/cart', { headers: { 'x-cart-token': cartToken } }),
      ({ status }) => status === 200,
      20_000,
    )
  })

  it('see no call at all for a token that is refused', async () => {
    const calls = async () =>
      (await scrape(shop.ports['gateway']!.metrics))
        .filter(({ name }) => name === 'dapr_grpc_io_server_completed_rpcs')
        .filter(({ labels }) => !labels['grpc_server_method']?.endsWith('/ChangesSince'))
        .reduce((sum, { value }) => sum + value, 0)
    const before = await calls()
    const forged = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.e30.`

    for (const path of ['/v1/me', '/v1/orders', '/v1/cart', '/v1/admin/orders']) {
      expect((await call('GET', path, { token: forged })).status).toBe(401)
    }

    expect(await calls()).toBe(before)
  })
})
