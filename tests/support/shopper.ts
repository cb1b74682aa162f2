import { randomUUID } from 'node:crypto'
import { type Answer, call, shop } from './shop.ts'

type Tokens = { readonly accessToken: string; readonly refreshToken: string }

/** A demo account's access token. */
export const loginAs = async (who: keyof typeof shop.accounts): Promise<string> => {
  const { status, body } = await call<Tokens>('POST', '/v1/auth/login', {
    body: shop.accounts[who],
  })
  if (status !== 200) throw new Error(`login as ${who}: ${status} ${JSON.stringify(body)}`)
  return body.accessToken
}

/** A new account of its own. */
export const newMember = async (headers: Record<string, string> = {}) => {
  const email = `${randomUUID()}@test.example`
  const password = `correct horse ${randomUUID()}`
  const answer = await call<Tokens>('POST', '/v1/auth/register', {
    headers,
    body: { email, password, name: 'Test Shopper' },
  })
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`)
  return { email, password, token: answer.body.accessToken, refreshToken: answer.body.refreshToken }
}

export type NewProduct = {
  readonly id: string
  readonly handle: string
  readonly sku: string
  readonly price: number
}

/** A product of its own with so many units on the shelf, seen by the shop before this returns. */
export const newProduct = async (
  admin: string,
  { stock = 10, price = 1999 }: { stock?: number; price?: number } = {},
): Promise<NewProduct> => {
  const sku = `T-${randomUUID().slice(0, 13).toUpperCase()}`
  const { status, body, text } = await call<{ id: string; handle: string }>(
    'POST',
    '/v1/admin/products',
    {
      token: admin,
      body: {
        title: `Test product ${sku}`,
        status: 'active',
        variants: [{ sku, price: { amount: price, currency: 'EUR' }, stock }],
      },
    },
  )
  if (status !== 201) throw new Error(`create product: ${status} ${text}`)
  return { id: body.id, handle: body.handle, sku, price }
}

/** `{ sku, onHand, held, available, movements }` as staff see it. */
export const stockOf = async (admin: string, sku: string) =>
  (
    await call<{ onHand: number; held: number; available: number; movements: { delta: number }[] }>(
      'GET',
      `/v1/admin/stock/${sku}`,
      { token: admin },
    )
  ).body

const address = {
  name: 'Ada Shopper',
  line1: '1 Test Street',
  city: 'Lyon',
  postalCode: '69001',
  country: 'FR',
}

export type Order = {
  readonly id: string
  readonly number: string
  readonly status: string
  readonly items: readonly { sku: string; quantity: number }[]
  readonly total: { amount: number; currency: string }
  readonly payment: { status: string; method: string }
  readonly orderToken?: string
}

type Who = { readonly token?: string; readonly cartToken?: string }

const identity = ({ cartToken }: Who): Record<string, string> =>
  cartToken === undefined ? {} : { 'x-cart-token': cartToken }

/** Puts units into the caller's cart; a guest without a cart gets a token. */
export const addToCart = async (who: Who, sku: string, quantity = 1) => {
  const answer = await call<{ items: { sku: string; quantity: number }[] }>(
    'POST',
    '/v1/cart/items',
    { token: who.token, headers: identity(who), body: { sku, quantity } },
  )
  return { ...answer, cartToken: answer.headers.get('x-cart-token') ?? who.cartToken ?? '' }
}

export const cartOf = async (who: Who) =>
  (
    await call<{ items: { sku: string; quantity: number }[]; subtotal: { amount: number } }>(
      'GET',
      '/v1/cart',
      { token: who.token, headers: identity(who) },
    )
  ).body

/** Places an order from the caller's cart. */
export const placeOrder = (
  who: Who,
  {
    key = randomUUID(),
    cardToken = 'tok_visa',
    ...rest
  }: Record<string, unknown> & {
    key?: string
    cardToken?: string
  } = {},
): Promise<Answer<Order & { code?: string; params?: Record<string, string> }>> =>
  call('POST', '/v1/orders', {
    token: who.token,
    headers: { ...identity(who), 'idempotency-key': key },
    body: { shippingAddress: address, payment: { method: 'card', token: cardToken }, ...rest },
  })
