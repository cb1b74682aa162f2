import { beforeAll, describe, expect, it } from '@jest/globals'
import { call } from './support/shop.ts'
import { addToCart, cartOf, loginAs, newMember, newProduct } from './support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

describe('a cart', () => {
  it('loses no unit of thirty concurrent additions', async () => {
    const product = await newProduct(admin, { stock: 99 })
    const { cartToken } = await addToCart({}, product.sku)

    const answers = await Promise.all(
      Array.from({ length: 29 }, () => addToCart({ cartToken }, product.sku)),
    )

    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 29 }, () => 200))
    expect((await cartOf({ cartToken })).items).toMatchObject([{ sku: product.sku, quantity: 30 }])
  })

  it('of a guest moves into the member cart at login, lines added up', async () => {
    const [tea, cup] = [await newProduct(admin), await newProduct(admin)]
    const member = await newMember()
    await addToCart(member, tea.sku, 1)
    const { cartToken } = await addToCart({}, tea.sku, 2)
    await addToCart({ cartToken }, cup.sku, 1)

    const { status } = await call('POST', '/v1/auth/login', {
      headers: { 'x-cart-token': cartToken },
      body: { email: member.email, password: member.password },
    })

    expect(status).toBe(200)
    const { items } = await cartOf(member)
    expect(items.map(({ sku, quantity }) => [sku, quantity]).toSorted()).toEqual(
      [
        [tea.sku, 3],
        [cup.sku, 1],
      ].toSorted(),
    )
  })

  it('is changed once by a key, however often that comes and at once', async () => {
    const product = await newProduct(admin)
    const member = await newMember()
    const key = { 'idempotency-key': `add ${product.sku}` }
    const add = (quantity: number) =>
      call('POST', '/v1/cart/items', {
        token: member.token,
        headers: key,
        body: { sku: product.sku, quantity },
      })

    const answers = await Promise.all(Array.from({ length: 8 }, () => add(2)))
    const other = await add(3)

    expect(answers.map(({ status, text }) => [status, text])).toEqual(
      answers.map(() => [200, answers[0]!.text]),
    )
    const replayed = answers.map(({ headers }) => headers.get('idempotent-replayed'))
    expect(replayed.filter((mark) => mark === null)).toHaveLength(1)
    expect(replayed.filter((mark) => mark === 'true')).toHaveLength(7)
    expect([other.status, other.body['code']]).toEqual([422, 'idempotency_mismatch'])
    expect((await cartOf(member)).items).toMatchObject([{ sku: product.sku, quantity: 2 }])
  })

  it('refuses more than there is and stays as it was', async () => {
    const product = await newProduct(admin, { stock: 2 })
    const { cartToken } = await addToCart({}, product.sku, 2)

    const { status, body } = await addToCart({ cartToken }, product.sku, 1)

    expect({ status, body }).toMatchObject({
      status: 422,
      body: { code: 'out_of_stock', params: { available: 2 } },
    })
    expect((await cartOf({ cartToken })).items).toMatchObject([{ quantity: 2 }])
  })

  it('shows the present price, not the one of yesterday', async () => {
    const product = await newProduct(admin, { price: 1000 })
    const { cartToken } = await addToCart({}, product.sku)
    const read = await call('GET', `/v1/admin/products/${product.id}`, { token: admin })

    const changed = await call('PATCH', `/v1/admin/products/${product.id}`, {
      token: admin,
      headers: { 'if-match': read.headers.get('etag') ?? '' },
      body: { variants: [{ sku: product.sku, price: { amount: 1100, currency: 'EUR' } }] },
    })

    expect(changed.status).toBe(200)
    expect((await cartOf({ cartToken })).subtotal.amount).toBe(1100)
  })
})
