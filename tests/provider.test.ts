import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { seen, whileGone } from './support/outage.ts'
import { pidOnPort, whileStopped } from './support/processes.ts'
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

const inStock = (sku: string, onHand: number) =>
  eventually(
    () => stockOf(admin, sku),
    (stock) => stock.onHand === onHand && stock.held === 0,
  )

const finalOrder = (id: string, token: string) =>
  eventually(
    async () => (await call<Order>('GET', `/v1/orders/${id}`, { token })).body,
    ({ status }) => status !== 'PAYMENT_PENDING',
    15_000,
  )

describe('a payment provider', () => {
  const filledCart = async () => {
    const member = await newMember()
    const product = await newProduct(admin, { stock: 3 })
    await addToCart(member, product.sku, 2)
    return { member, product }
  }
  const buying = async (cardToken: string) => {
    const { member, product } = await filledCart()
    const how = { key: randomUUID(), cardToken }
    return { member, product, how, answer: await placeOrder(member, how) }
  }
  const finalOf = async ({ member, answer }: Awaited<ReturnType<typeof buying>>) => {
    const { items } = (await call<{ items: Order[] }>('GET', '/v1/orders', { token: member.token }))
      .body
    expect(items).toHaveLength(1)
    if (answer.status === 202) expect(answer.body.id).toBe(items[0]!.id)
    return finalOrder(items[0]!.id, member.token)
  }

  it('that is silent after it has charged: PAID within 15 s, sold once', async () => {
    const bought = await buying('tok_timeout')
    const { member, product, how, answer } = bought
    // Payment asks what became of the charge; only if that too is late is the outcome unknown for now.
    expect([201, 202]).toContain(answer.status)

    expect(await finalOf(bought)).toMatchObject({ status: 'PAID', payment: { status: 'paid' } })

    const again = await placeOrder(member, how)
    expect([again.status, again.body.id]).toEqual([201, answer.body.id])
    await inStock(product.sku, 1)
    await eventually(
      () => cartOf(member),
      ({ items }) => items.length === 0,
    )
  })

  it('that is silent after it has declined: FAILED within 15 s, the goods back', async () => {
    const bought = await buying('tok_timeout_declined')
    const { member, product, how, answer } = bought
    expect([202, 402]).toContain(answer.status)

    expect((await finalOf(bought)).status).toBe('FAILED')

    await inStock(product.sku, 3)
    const again = await placeOrder(member, how)
    expect([again.status, again.body.code]).toEqual([402, 'payment_declined'])
    expect((await cartOf(member)).items).toMatchObject([{ sku: product.sku, quantity: 2 }])
  })

  it('that hangs: 202 as long as nothing is known, then final within 15 s, the stock with it', async () => {
    const { member, product } = await filledCart()
    const how = { key: randomUUID() }

    const answer = await whileStopped(pidOnPort(shop.ports['provider']!.http), async () => {
      const first = await placeOrder(member, how)
      expect([first.status, first.body.status]).toEqual([202, 'PAYMENT_PENDING'])
      expect(first.headers.get('location')).toBe(`/v1/orders/${first.body.id}`)
      expect(seen(first).retry).toBe(true)
      expect(await stockOf(admin, product.sku)).toMatchObject({ onHand: 3, held: 2, available: 1 })
      const again = await placeOrder(member, how)
      expect([again.status, again.body.id]).toEqual([202, first.body.id])
      return first
    })

    // Whether the request that hung was carried out is the provider's to say.
    const { status } = await finalOrder(answer.body.id, member.token)
    expect(['PAID', 'FAILED']).toContain(status)
    await inStock(product.sku, status === 'PAID' ? 1 : 3)
    expect((await placeOrder(member, how)).status).toBe(status === 'PAID' ? 201 : 402)
  })

  it.each(['tok_error', 'tok_slow'])('that answers %s charges once: 201', async (cardToken) => {
    const { product, answer } = await buying(cardToken)
    expect([answer.status, answer.body.status]).toEqual([201, 'PAID'])
    await inStock(product.sku, 1)
  })

  it('that is away: nothing is sold, and the cart can be bought when it is back', async () => {
    const { member, product, answer } = await whileGone('provider', () => buying('tok_visa'))
    expect([202, 503]).toContain(answer.status)
    expect(seen(answer).retry).toBe(true)

    if (answer.status === 202) {
      expect((await finalOrder(answer.body.id, member.token)).status).toBe('FAILED')
    }
    await inStock(product.sku, 3)
    const again = await eventually(
      () => placeOrder(member),
      ({ status }) => status === 201,
      30_000,
    )
    expect(again.body.status).toBe('PAID')
    await inStock(product.sku, 1)
  })

  it.each([
    ['tok_pending', 'PAID', 1, 201],
    ['tok_pending_declined', 'FAILED', 3, 402],
  ])(
    'that settles later (%s): 202, then %s by its own word',
    async (token, status, left, repeat) => {
      const bought = await buying(token)
      const { member, product, how, answer } = bought
      expect([answer.status, answer.body.payment.status]).toEqual([202, 'pending'])
      expect((await finalOf(bought)).status).toBe(status)
      await inStock(product.sku, left)
      expect((await placeOrder(member, how)).status).toBe(repeat)
    },
  )
})

describe('3-D Secure', () => {
  const waiting = async (cardToken: string) => {
    const member = await newMember()
    const product = await newProduct(admin, { stock: 3 })
    await addToCart(member, product.sku, 2)
    const { status, body } = await placeOrder(member, { key: randomUUID(), cardToken })
    expect([status, body.status, body.payment.status]).toEqual([
      202,
      'PAYMENT_PENDING',
      'requires_action',
    ])
    const { token } = member
    const proceed = (headers: Record<string, string> = {}) =>
      call<Order>('POST', `/v1/orders/${body.id}/payment`, { token, headers, body: {} })
    const { nextAction } = body.payment as { nextAction?: { type: string; url: string } }
    return { token, sku: product.sku, id: body.id, action: nextAction, proceed }
  }

  it('is paid when the shopper comes back', async () => {
    const { sku, action, proceed } = await waiting('tok_3ds')
    expect(action).toMatchObject({ type: 'redirect', url: expect.stringContaining('/3ds/') })
    const { status, body } = await proceed()
    expect([status, body.status]).toEqual([200, 'PAID'])
    await inStock(sku, 1)
  })

  it('is declined when the bank says so, and the goods are back', async () => {
    const { sku, proceed } = await waiting('tok_3ds_fail')
    const key = { 'idempotency-key': randomUUID() }
    const first = await proceed(key)
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([402, null])
    await inStock(sku, 3)
    const again = await proceed(key)
    expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([first.text, 'true'])
  })

  it.each([
    ['approve', 'PAID', 1],
    ['refuse', 'FAILED', 3],
  ])(
    'ends by webhook when the shopper answers (%s) and never comes back',
    async (answer, status, left) => {
      const { token, id, sku, action } = await waiting('tok_3ds')
      const body = new URLSearchParams({ answer })
      await fetch(String(action?.url), { method: 'POST', body, redirect: 'manual' })
      expect((await finalOrder(id, token)).status).toBe(status)
      await inStock(sku, left)
    },
  )

  it('waits for a shopper who does nothing, with the goods held', async () => {
    const { sku, proceed } = await waiting('tok_3ds_abandon')
    expect((await proceed()).status).toBe(202)
    expect(await stockOf(admin, sku)).toMatchObject({ onHand: 3, held: 2 })
  })
})
