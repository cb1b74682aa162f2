import { randomUUID } from 'node:crypto'

const json = { 'content-type': 'application/json' }

const call = async (url, method, { body, headers } = {}) => {
  const answer = await fetch(url, {
    method,
    headers: { ...(body && json), ...headers },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url.pathname} answered ${answer.status}: ${text}`)
  return { body: text === '' ? undefined : JSON.parse(text), headers: answer.headers }
}

const product = (sku) => ({
  title: `Trial ${sku}`,
  status: 'active',
  variants: [{ sku, price: { amount: 1999, currency: 'EUR' }, stock: 3 }],
})

const shippingAddress = {
  name: 'Ada',
  line1: '1 Rue de la Paix',
  city: 'Paris',
  postalCode: '75002',
  country: 'FR',
}

/**
 * Puts a product on the shelf and buys it, as a guest: every part of the shop has its share in that.
 * @returns the order's status, PAID when all is well
 */
export const buySomething = async (gateway, admin) => {
  const at = (path) => new URL(path, gateway)
  const { accessToken } = (await call(at('/v1/auth/login'), 'POST', { body: admin })).body
  const sku = `TRIAL-${randomUUID().slice(0, 8)}`
  const authorization = `Bearer ${accessToken}`
  await call(at('/v1/admin/products'), 'POST', { body: product(sku), headers: { authorization } })
  const added = await call(at('/v1/cart/items'), 'POST', { body: { sku, quantity: 1 } })
  const { body } = await call(at('/v1/orders'), 'POST', {
    body: {
      email: 'ada@example.org',
      shippingAddress,
      payment: { method: 'card', token: 'tok_visa' },
    },
    headers: { 'x-cart-token': added.headers.get('x-cart-token'), 'idempotency-key': sku },
  })
  return body.status
}
