import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { RowDataPacket } from 'mysql2/promise'
import { scrape } from './support/metrics.ts'
import { away, healed, isOwn, seen, whileGone, whileStill } from './support/outage.ts'
import { call, eventually, shop } from './support/shop.ts'
import {
  addToCart,
  cartOf,
  loginAs,
  newMember,
  newProduct,
  placeOrder,
  stockOf,
} from './support/shopper.ts'
import { openMysql } from './support/stores.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const statusOf = async (path: string, token?: string) => (await call('GET', path, { token })).status

const inStock = (sku: string, onHand: number) =>
  eventually(
    () => stockOf(admin, sku),
    (stock) => stock.onHand === onHand && stock.held === 0,
  )

const isOpen = async () => [
  await statusOf('/livez'),
  await statusOf('/readyz'),
  await statusOf('/openapi.json'),
]

describe('while the cart service is away', () => {
  it('one can browse and log in; carts and orders are 503, and work again by themselves', async () => {
    const member = await newMember()
    const product = await newProduct(admin)
    await addToCart(member, product.sku)
    const as = { token: member.token }

    await whileGone('cart', async () => {
      expect(await isOpen()).toEqual([200, 200, 200])
      expect(await statusOf(`/v1/products/${product.handle}`)).toBe(200)
      expect(await statusOf('/v1/products?q=coffee')).toBe(200)
      expect(await statusOf('/v1/me', member.token)).toBe(200)
      await loginAs('shopper')
      expect(seen(await call('GET', '/v1/cart', as))).toEqual(away)
      expect(seen(await addToCart(member, product.sku))).toEqual(away)
      expect(seen(await placeOrder(member))).toEqual(away)
    })

    await healed('GET', '/v1/cart', as)
    expect((await cartOf(member)).items).toMatchObject([{ sku: product.sku, quantity: 1 }])
    expect((await placeOrder(member)).status).toBe(201)
  })
})

describe('while the product service is away', () => {
  it('lists are 503 once the cache is 2 s old, the rest goes on, and all of it comes back', async () => {
    const member = await newMember()
    const product = await newProduct(admin)
    await addToCart(member, product.sku)
    const read = () => call('GET', `/v1/products/${product.id}`)
    await eventually(read, ({ status }) => status === 200)

    await whileGone('product', async () => {
      // Until then an answer may still come from the cache, never a wrong one.
      const refused = await eventually(
        async () => {
          const answer = await read()
          expect([200, 503]).toContain(answer.status)
          return answer
        },
        ({ status }) => status === 503,
        4000,
      )
      expect(seen(refused)).toEqual(away)
      expect(seen(await call('GET', '/v1/products'))).toEqual(away)
      expect(seen(await call('GET', '/v1/categories'))).toEqual(away)
      expect(seen(await call('GET', '/v1/cart', { token: member.token }))).toEqual(away)
      expect(seen(await placeOrder(member))).toEqual(away)
      expect(await isOpen()).toEqual([200, 200, 200])
      expect(await statusOf('/v1/orders', member.token)).toBe(200)
      await loginAs('shopper')
    })

    await healed('GET', '/v1/products')
    await healed('GET', '/v1/cart', { token: member.token })
    await eventually(
      () => placeOrder(member),
      ({ status }) => status === 201,
      30_000,
    )
    await inStock(product.sku, 9)
  })
})

describe('while the user service is away', () => {
  it('who is logged in goes on shopping, and logging in is 503 until it is back', async () => {
    const member = await newMember()
    const product = await newProduct(admin)
    await addToCart(member, product.sku)
    expect(await statusOf('/v1/orders', member.token)).toBe(200)
    const body = { email: member.email, password: member.password }

    await whileGone('user', async () => {
      expect(seen(await call('POST', '/v1/auth/login', { body }))).toEqual(away)
      expect(seen(await call('GET', '/v1/me', { token: member.token }))).toEqual(away)
      expect(await isOpen()).toEqual([200, 200, 200])
      expect((await addToCart(member, product.sku)).status).toBe(200)
      expect((await stockOf(admin, product.sku)).onHand).toBe(10)
      const bought = await placeOrder(member, { email: member.email })
      expect([bought.status, bought.body.status]).toEqual([201, 'PAID'])
      expect(await statusOf('/v1/orders', member.token)).toBe(200)
    })

    await healed('POST', '/v1/auth/login', { body })
    expect(await statusOf('/v1/me', member.token)).toBe(200)
  })
})

describe('while the payment service is away', () => {
  it('an order is refused, its stock free at once, and its key can be used again', async () => {
    const member = await newMember()
    const product = await newProduct(admin, { stock: 1 })
    await addToCart(member, product.sku)
    const key = randomUUID()

    await whileGone('payment', async () => {
      const { status, code, retry } = seen(await placeOrder(member, { key }))
      expect({ status, code, retry }).toEqual({ ...away, code: 'payment_unavailable' })
      expect(await stockOf(admin, product.sku)).toMatchObject({ onHand: 1, held: 0, available: 1 })
      expect((await cartOf(member)).items).toHaveLength(1)
    })

    const { body } = await eventually(
      () => placeOrder(member, { key }),
      ({ status }) => status === 201,
      30_000,
    )
    expect(body.status).toBe('PAID')
    await inStock(product.sku, 0)
  })
})

const ownRedis = isOwn('redis') ? it : it.skip
const ownMysql = isOwn('mysql') ? it : it.skip

describe('while Redis answers nothing', () => {
  ownRedis('browsing is open, logging in and carts are 503, and all heals', async () => {
    const member = await newMember()
    const product = await newProduct(admin)
    await addToCart(member, product.sku)
    const body = { email: member.email, password: member.password }

    await whileStill('redis', async () => {
      expect(await statusOf(`/v1/products/${product.handle}`)).toBe(200)
      expect(await statusOf('/v1/products?sort=price')).toBe(200)
      expect(seen(await call('POST', '/v1/auth/login', { body }))).toEqual({
        ...away,
        code: 'limiter_unavailable',
      })
      expect(await statusOf('/v1/me', member.token)).toBe(200)
      expect(await statusOf('/v1/orders', member.token)).toBe(200)
      expect(seen(await call('GET', '/v1/cart', { token: member.token }))).toEqual(away)
      expect(await isOpen()).toEqual([200, 200, 200])
    })

    await healed('POST', '/v1/auth/login', { body })
    await healed('GET', '/v1/cart', { token: member.token })
    expect((await placeOrder(member)).status).toBe(201)
    await eventually(
      () => cartOf(member), // the event has come through
      ({ items }) => items.length === 0,
      30_000,
    )
  })
})

const withStore = ['product', 'user', 'order', 'payment']

type Ready = { readonly status: number; readonly checks: Readonly<Record<string, string>> }

const ready = (): Promise<readonly Ready[]> =>
  Promise.all(
    withStore.map(async (app) => {
      const url = `http://127.0.0.1:${shop.ports[app]!.http}/readyz`
      const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
      const { checks } = (await answer.json()) as Ready
      return { status: answer.status, checks }
    }),
  )

/** What cannot be read is said to be unknown, in time for whoever scrapes. */
const unread = async () => {
  const told = await Promise.all(withStore.map((app) => scrape(shop.ports[app]!.http)))
  return told.map((samples) => {
    const [backlog] = samples.filter(({ name }) => name === 'micromart_outbox_backlog')
    return [samples.length > 100, backlog?.value]
  })
}

describe('while MySQL answers nothing', () => {
  ownMysql('what needs it is not ready and says 503 in time, and all heals', async () => {
    const member = await newMember()
    const product = await newProduct(admin)
    await addToCart(member, product.sku)
    const body = { email: member.email, password: member.password }
    const key = randomUUID()

    await whileStill('mysql', async () => {
      const [login, order, orders] = await Promise.all([
        call('POST', '/v1/auth/login', { body }),
        placeOrder(member, { key }),
        call('GET', '/v1/orders', { token: member.token }),
      ])
      expect([login, order, orders].map(seen)).toEqual([away, away, away])
      const checks = { store: expect.not.stringMatching(/^ok$/), sidecar: 'ok', eventLoop: 'ok' }
      expect(await ready()).toEqual(withStore.map(() => ({ status: 503, checks })))
      expect(await unread()).toEqual(withStore.map(() => [true, Number.NaN]))
      expect(seen(await call('GET', '/v1/products'))).toEqual(away)
      expect(await isOpen()).toEqual([200, 200, 200])
    })

    await eventually(ready, (all) => all.every(({ status }) => status === 200), 30_000)
    await healed('POST', '/v1/auth/login', { body })
    const bought = await eventually(
      () => placeOrder(member, { key }),
      ({ status }) => status === 201,
      30_000,
    )
    expect(bought.body.status).toBe('PAID')
    await inStock(product.sku, 9)
  })

  it('all its connections cut: a purchase goes through, its event too', async () => {
    const member = await newMember()
    const product = await newProduct(admin)
    await addToCart(member, product.sku)
    const key = randomUUID()

    const connection = await openMysql(shop.mysql)
    const [found] = await connection.query<RowDataPacket[]>(
      `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE DB LIKE 'micromart%'`,
    )
    await Promise.all(found.map(({ id }) => connection.query(`KILL ${id}`)))
    await connection.end()

    expect(found.length).toBeGreaterThan(4)
    await eventually(
      async () => {
        const answer = await placeOrder(member, { key })
        expect([201, 503]).toContain(answer.status)
        return answer
      },
      ({ status }) => status === 201,
      30_000,
    )
    await inStock(product.sku, 9)
    await eventually(
      () => cartOf(member),
      ({ items }) => items.length === 0,
      30_000,
    )
  })
})
