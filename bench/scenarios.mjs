import { randomUUID } from 'node:crypto'

const json = { 'content-type': 'application/json' }
const post = (path, body, headers = {}) => ({
  method: 'POST',
  path,
  headers: { ...json, ...headers },
  body: JSON.stringify(body),
})
const get = (path) => ({ method: 'GET', path, headers: {} })
const any = (list) => list[Math.floor(Math.random() * list.length)]
const inTurn = (list) => {
  let next = 0
  return () => list[next++ % list.length]
}

const address = {
  name: 'Bench',
  line1: '1 Load Street',
  city: 'Lyon',
  postalCode: '69001',
  country: 'FR',
}

const ask = async (shop, { path, ...request }) => {
  const answer = await fetch(new URL(path, shop.url), request)
  if (!answer.ok)
    throw new Error(`${request.method} ${path}: ${answer.status} ${await answer.text()}`)
  return answer
}

const newCart = async (shop, sku) => {
  const answer = await ask(shop, post('/v1/cart/items', { sku, quantity: 1 }))
  return answer.headers.get('x-cart-token')
}

/** In batches, so that the preparation does not become the load test. */
const many = async (count, make, atOnce = 16) => {
  const made = []
  while (made.length < count) {
    const size = Math.min(atOnce, count - made.length)
    made.push(...(await Promise.all(Array.from({ length: size }, make))))
  }
  return made
}

const newMember = async (shop) => {
  const email = `${randomUUID()}@bench.example`
  const body = { email, password: `bench ${email}`, name: 'Bench' }
  return (await (await ask(shop, post('/v1/auth/register', body))).json()).accessToken
}

/** No more at once than the gateway lets hash: others wait for two seconds at most. */
const members = (shop, count) => many(count, () => newMember(shop), 4)

/**
 * What is measured. `shop` and `bare` each give a function that makes the next request; `amount` says that a
 * round is so many prepared requests instead of so many seconds. `relays` are the apps whose outboxes are watched meanwhile;
 * with `keepsBooks` the shop's books must agree in the end.
 */
export const scenarios = {
  list: {
    title: 'product list',
    prepare: async () => ({
      shop: () => get('/v1/products?limit=20'),
      bare: () => get('/products'),
    }),
  },
  detail: {
    title: 'product detail',
    prepare: async ({ products }) => ({
      shop: () => get(`/v1/products/${any(products).handle}`),
      bare: () => get(`/products/${any(products).handle}`),
    }),
  },
  cart: {
    title: 'add to cart',
    prepare: async ({ shop, skus }) => {
      const tokens = await members(shop, 64)
      const shoppers = tokens.map((token) => ({
        token,
        wants: Array.from({ length: 5 }, () => any(skus)),
      }))
      return {
        shop: () => {
          const { token, wants } = any(shoppers)
          const add = { sku: any(wants), quantity: 1 }
          return post('/v1/cart/items', add, { authorization: `Bearer ${token}` })
        },
        bare: () => {
          const { token, wants } = any(shoppers)
          return post('/cart/items', { sku: any(wants), quantity: 1, cart: token.slice(-36) })
        },
      }
    },
  },
  login: {
    title: 'login',
    prepare: async ({ account }) => ({
      shop: () => post('/v1/auth/login', account),
      bare: () => post('/login', account),
    }),
  },
  order: {
    title: 'place order',
    wanted: [201],
    relays: ['order', 'payment'],
    keepsBooks: true,
    prepare: async ({ shop, skus, amount }) => {
      const next = inTurn(await many(amount, () => newCart(shop, any(skus))))
      const body = {
        email: 'bench@micromart.example',
        shippingAddress: address,
        payment: { method: 'card', token: 'tok_visa' },
      }
      return {
        amount,
        shop: () =>
          post('/v1/orders', body, { 'x-cart-token': next(), 'idempotency-key': randomUUID() }),
        bare: () => post('/orders', { sku: any(skus), quantity: 1 }),
      }
    },
  },
}
