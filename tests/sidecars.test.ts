import { beforeAll, describe, expect, it } from '@jest/globals'
import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import { scrape, total } from './support/metrics.ts'
import { pidOnPort, whileStopped } from './support/processes.ts'
import { call, eventually, shop } from './support/shop.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from './support/shopper.ts'

const sidecars = ['gateway', 'product', 'user', 'cart', 'order', 'payment'] as const

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

/** What the six sidecars have counted so far. */
const counted = async () => {
  const all = await Promise.all(sidecars.map((app) => scrape(shop.ports[app]!.metrics)))
  const by = Object.fromEntries(sidecars.map((app, index) => [app, all[index]!]))
  const served = (app: string) => total(by[app]!, 'dapr_grpc_io_server_completed_rpcs')
  return {
    served: Object.fromEntries(sidecars.map((app) => [app, served(app)])),
    published: total(by['order']!, 'dapr_component_pubsub_egress_count', { success: 'true' }),
    delivered: total(by['cart']!, 'dapr_component_pubsub_ingress_count', {
      process_status: 'success',
    }),
    stateWrites: total(by['cart']!, 'dapr_component_state_count', {
      operation: 'set',
      success: 'true',
    }),
    stateReads: total(by['cart']!, 'dapr_component_state_count', {
      operation: 'get',
      success: 'true',
    }),
  }
}

describe('the sidecars', () => {
  it('carry every call, event and state write of a purchase', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin)
    const before = await counted()

    await addToCart({ token }, product.sku)
    expect((await placeOrder({ token })).status).toBe(201)

    const after = await eventually(
      counted,
      ({ delivered, stateWrites }) =>
        delivered > before.delivered && stateWrites >= before.stateWrites + 2,
    )
    for (const app of sidecars) {
      expect([app, after.served[app]! > before.served[app]!]).toEqual([app, true])
    }
    expect(after.published).toBeGreaterThan(before.published)
    expect(after.stateReads).toBeGreaterThan(before.stateReads)
  })

  it("keep the cart in Redis under Dapr's own key", async () => {
    const product = await newProduct(admin)
    const { cartToken } = await addToCart({}, product.sku)
    const redis = new Redis(shop.redis)
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
    const before = total(
      await scrape(shop.ports['gateway']!.metrics),
      'dapr_grpc_io_client_completed_rpcs',
    )
    const forged = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.e30.`

    for (const path of ['/v1/me', '/v1/orders', '/v1/cart', '/v1/admin/orders']) {
      expect((await call('GET', path, { token: forged })).status).toBe(401)
    }

    const calls = (await scrape(shop.ports['order']!.metrics)).filter(({ labels }) =>
      labels['grpc_client_method']?.includes('OrderService/ListOrders'),
    )
    expect(calls.every(({ value }) => value >= 0)).toBe(true)
    const after = total(
      await scrape(shop.ports['gateway']!.metrics),
      'dapr_grpc_io_client_completed_rpcs',
    )
    expect(after).toBe(before)
  })
})
