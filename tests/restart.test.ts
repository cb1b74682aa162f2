import { beforeAll, describe, expect, it } from '@jest/globals'
import { pidOnPort } from './support/processes.ts'
import { call, eventually, shop } from './support/shop.ts'
import {
  addToCart,
  loginAs,
  newMember,
  newProduct,
  placeOrder,
  stockOf,
} from './support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

/** Ends the app itself, not its sidecar, as a crash would. */
const crash = (app: string) => process.kill(pidOnPort(shop.ports[app]!.app!), 'SIGKILL')

describe('a service that dies in mid-use', () => {
  it('comes back by itself: the order service', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin)
    await addToCart({ token }, product.sku)
    crash('order')

    const placed = await eventually(
      () => placeOrder({ token }, { key: `restart-${product.sku}` }),
      ({ status }) => status === 201,
      30_000,
    )

    expect(placed.body.status).toBe('PAID')
    await eventually(
      () => stockOf(admin, product.sku),
      ({ onHand, held }) => onHand === 9 && held === 0,
    )
  })

  it('takes nothing else down: one can browse while the cart is away', async () => {
    const product = await newProduct(admin)
    crash('cart')
    expect((await call('GET', `/v1/products/${product.id}`)).status).toBe(200)
    await eventually(
      () => addToCart({}, product.sku),
      ({ status }) => status === 200,
      30_000,
    )
  })

  it('without payment an order is refused cleanly and its stock is free again', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin, { stock: 1 })
    await addToCart({ token }, product.sku)
    const payment = pidOnPort(shop.ports['payment']!.app!)
    process.kill(payment, 'SIGSTOP')

    const { status, headers } = await placeOrder({ token }).finally(() =>
      process.kill(payment, 'SIGCONT'),
    )

    expect(status).toBe(503)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    await eventually(
      () => stockOf(admin, product.sku),
      ({ held }) => held === 0,
      25_000,
    )
    const again = await eventually(
      () => placeOrder({ token }),
      ({ status: now }) => now === 201,
      30_000,
    )
    expect(again.body.status).toBe('PAID')
  })
})
