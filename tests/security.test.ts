import { beforeAll, describe, expect, it } from '@jest/globals'
import { accessOf, apps } from '@micromart/contracts'
import { statSync } from 'node:fs'
import path from 'node:path'
import { AppCallbackService } from '@micromart/dapr/protocol'
import { callAs, callerOf, codeOf, definitions, rpcs, tokenOf } from './support/rpcs.ts'
import { call, eventually, shop } from './support/shop.ts'
import {
  addToCart,
  cartOf,
  loginAs,
  newMember,
  newProduct,
  type Order,
  placeOrder,
  stockOf,
} from './support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const home = path.dirname(shop.secrets)

/** How many answers there are of each status and code. */
const tally = (
  answers: readonly { status: number; body: { code?: string } | undefined }[],
): Readonly<Record<string, number>> => {
  const names = answers.map(({ status: got, body }) => [got, body?.code].filter(Boolean).join(' '))
  return Object.fromEntries(
    [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]),
  )
}

describe('inside the shop', () => {
  it('S57 no app answers a call that did not come through its own sidecar', async () => {
    for (const rpc of rpcs) {
      const port = shop.ports[rpc.app]!.app!
      const other = rpc.app === apps.order ? apps.cart : apps.order
      const headers = [
        {},
        { 'dapr-api-token': 'guessed' },
        { 'dapr-api-token': tokenOf(other, 'app') },
      ]
      const answers = await Promise.all(headers.map((each) => codeOf(port, rpc, each)))
      const refused = { code: 'UNAUTHENTICATED', details: 'app_token_invalid' }
      expect({ path: rpc.path, answers }).toEqual({
        path: rpc.path,
        answers: [refused, refused, refused],
      })
    }
    const event = await codeOf(shop.ports['order']!.app!, AppCallbackService.onTopicEvent, {})
    expect(event.code).toBe('UNAUTHENTICATED')
  })

  it('S57 no sidecar passes anything on without its token', async () => {
    const another = { 'dapr-api-token': tokenOf(apps.order, 'dapr') }
    for (const rpc of rpcs) {
      for (const token of [{}, another]) {
        const headers = { 'dapr-app-id': rpc.app, ...token }
        const through = await codeOf(shop.ports[apps.cart]!.daprGrpc, rpc, headers)
        expect({ path: rpc.path, ...through }).toMatchObject({ code: 'UNAUTHENTICATED' })
      }
    }
    for (const place of ['metadata', 'secrets/secrets/mysql-user', 'state/state/member:x']) {
      const url = `http://127.0.0.1:${shop.ports['cart']!.daprHttp}/v1.0/${place}`
      expect((await fetch(url, { signal: AbortSignal.timeout(5_000) })).status).toBe(401)
    }
  })

  it('S32 what is a user’s is refused to an app that may ask, without that user’s token', async () => {
    const users = rpcs
      .filter(({ path: name }) => accessOf(name)?.kind === 'user')
      .filter(({ requestStream }) => !requestStream)
    expect(users.length).toBeGreaterThan(20)
    for (const rpc of users) {
      const got = await callAs(callerOf(rpc)!, rpc)
      const wanted = { code: 'UNAUTHENTICATED', details: 'authentication_required' }
      expect({ path: rpc.path, ...got }).toEqual({ path: rpc.path, ...wanted })
    }
  })

  it('S32 no app gives another an event past the broker: its own sidecar does not pass it on', async () => {
    const { path: name } = AppCallbackService.onTopicEvent
    const streams = { requestStream: false, responseStream: false }
    for (const app of Object.keys(definitions) as (keyof typeof definitions)[]) {
      const got = await callAs(apps.gateway, { app, path: name, ...streams })
      expect(got).toEqual({ code: 'UNIMPLEMENTED', details: 'Not Implemented' })
    }
  })

  it('S59 the files with secrets are their owner’s alone', () => {
    const files = ['secrets.json', 'keys.json', 'demo-accounts.json']
    const modes = files.map((file) => statSync(path.join(home, file)).mode & 0o777)
    expect(modes).toEqual([0o600, 0o600, 0o600])
  })

  it('S61 metrics and the Dapr API are not on the public port', async () => {
    for (const place of [
      '/metrics',
      '/v1.0/metadata',
      '/v1.0/secrets/secrets/bulk',
      '/dapr/subscribe',
    ]) {
      expect((await call('GET', place)).status).toBe(404)
    }
  })
})

describe('another shopper', () => {
  it('S31 learns as little of an order and an address as of ones that do not exist', async () => {
    const [owner, other] = [await newMember(), await newMember()]
    const { sku } = await newProduct(admin)
    await addToCart(owner, sku)
    const { id } = (await placeOrder(owner)).body
    const book = await call<{ id: string }>('POST', '/v1/me/addresses', {
      token: owner.token,
      body: { name: 'A', line1: 'B', city: 'C', postalCode: '1', country: 'FR' },
    })
    const absent = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'
    const asked = async (method: string, url: string) => {
      const { status: got, body } = await call(method, url, { token: other.token })
      return { status: got, code: body['code'], detail: body['detail'] }
    }
    for (const [method, before, after] of [
      ['GET', '/v1/orders/', ''],
      ['GET', '/v1/orders/', '/timeline'],
      ['POST', '/v1/orders/', '/cancel'],
      ['POST', '/v1/orders/', '/payment'],
      ['GET', '/v1/orders/', '/events'],
    ] as const) {
      const theirs = await asked(method, `${before}${id}${after}`)
      expect(theirs).toEqual(await asked(method, `${before}${absent}${after}`))
      expect(theirs.status).toBe(404)
    }
    const address = await asked('DELETE', `/v1/me/addresses/${book.body.id}`)
    expect(address).toEqual(await asked('DELETE', `/v1/me/addresses/${absent}`))
    await addToCart(other, sku)
    const shipped = await placeOrder(other, { shippingAddress: undefined, addressId: book.body.id })
    expect(shipped).toMatchObject({ status: 404, body: { code: 'address_not_found' } })
    const kept = await call<Order>('GET', `/v1/orders/${id}`, { token: owner.token })
    expect(kept.body.status).toBe('PAID')
  })

  it('S31 a guest’s order token opens that order alone', async () => {
    const { sku } = await newProduct(admin)
    const buy = async (email: string) => {
      const { cartToken } = await addToCart({}, sku)
      return (await placeOrder({ cartToken }, { email })).body
    }
    const [one, two] = [await buy('one@test.example'), await buy('two@test.example')]
    const read = (id: string, token: string, part = '') =>
      call('GET', `/v1/orders/${id}${part}`, { headers: { 'x-order-token': token } })
    expect((await read(one.id, one.orderToken!)).status).toBe(200)
    expect((await read(one.id, two.orderToken!)).status).toBe(404)
    expect((await read(one.id, two.orderToken!, '/events')).status).toBe(404)
    expect((await read(one.id, `${one.orderToken}, ${two.orderToken}`)).status).toBe(404)
  })

  it('S64 a guest’s cart goes to one member, however many log in with it', async () => {
    const { sku } = await newProduct(admin)
    const { cartToken } = await addToCart({}, sku, 2)
    const members = await Promise.all(
      Array.from({ length: 5 }, () => newMember({ 'x-cart-token': cartToken })),
    )
    const carts = await Promise.all(members.map(({ token }) => cartOf({ token })))
    expect(carts.flatMap(({ items }) => items.map(({ quantity }) => quantity))).toEqual([2])
    const again = await addToCart({ cartToken }, sku)
    expect(again.cartToken).not.toBe(cartToken)
  })
})

describe('50 at once', () => {
  it('S64 one refresh token is exchanged once, and its family dies', async () => {
    const { refreshToken } = await newMember()
    const refresh = (token: string) =>
      call<{ code?: string; refreshToken: string }>('POST', '/v1/auth/refresh', {
        body: { refreshToken: token },
      })
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refreshToken)))
    expect(tally(answers)).toEqual({ '200': 1, '401 refresh_invalid': 49 })
    const won = answers.find(({ status: got }) => got === 200)!
    expect((await refresh(won.body.refreshToken)).status).toBe(401)
  })

  it('S64 the last unit is sold once', async () => {
    const { sku } = await newProduct(admin, { stock: 1 })
    const carts = await Promise.all(Array.from({ length: 50 }, () => addToCart({}, sku)))
    // A starved machine may answer 503, which promises nothing: the same key gets the answer.
    const buy = async (cartToken: string, key: string): ReturnType<typeof placeOrder> => {
      const answer = await placeOrder({ cartToken }, { email: 'last@test.example', key })
      const isOpen = answer.status === 503 || answer.body.code === 'idempotency_in_progress'
      return isOpen ? buy(cartToken, key) : answer
    }
    const answers = await Promise.all(
      carts.map(({ cartToken }, index) => buy(cartToken, `last-${index}`)),
    )
    expect(tally(answers)).toEqual({ '201': 1, '422 out_of_stock': 49 })
  })

  it('S64 one idempotency key makes one order, and one cancelling gives one unit back', async () => {
    const { token } = await newMember()
    const { sku } = await newProduct(admin, { stock: 5 })
    await addToCart({ token }, sku)
    const key = 'fifty'
    const placed = await Promise.all(
      Array.from({ length: 50 }, () => placeOrder({ token }, { key })),
    )
    const others = Object.keys(tally(placed)).filter((name) => name !== '201')
    expect(others.filter((name) => name !== '409 idempotency_in_progress')).toEqual([])
    const ids = new Set(placed.flatMap(({ status: got, body }) => (got === 201 ? [body.id] : [])))
    expect(ids.size).toBe(1)

    const cancel = () => call('POST', `/v1/orders/${[...ids][0]}/cancel`, { token })
    const cancelled = await Promise.all(Array.from({ length: 50 }, cancel))
    expect(cancelled.every(({ status: got }) => got === 200 || got === 409)).toBe(true)
    const refunded = () => call<Order>('GET', `/v1/orders/${[...ids][0]}`, { token })
    await eventually(refunded, ({ body }) => body.payment.status === 'refunded')
    const back = await eventually(
      () => stockOf(admin, sku),
      ({ onHand }) => onHand >= 5,
    )
    expect(back.onHand).toBe(5)
    expect(back.movements.map(({ delta }) => delta).filter((delta) => delta === 1)).toEqual([1])
  })
})

describe('staff’s searches', () => {
  it('S55 hostile texts are looked for and not run', async () => {
    const hostile = ["' OR 1=1 -- ", '\\', '%', '_', '+-*~<>()"@', '😀', 'İ']
    for (const text of hostile) {
      for (const url of [
        'products?q',
        'admin/users?email',
        'admin/orders?email',
        'admin/orders?number',
      ]) {
        const answer = await call<{ items: unknown[] }>(
          'GET',
          `/v1/${url}=${encodeURIComponent(text)}`,
          { token: admin },
        )
        expect({ url, text, status: answer.status }).toMatchObject({ status: 200 })
        if (url.startsWith('admin')) expect(answer.body.items).toEqual([])
      }
    }
  })
})
