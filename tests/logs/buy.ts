import { randomBytes, randomUUID } from 'node:crypto'
import type { Shop } from '../chaos/shop/handle.ts'
import { adminToken, clientOf, newProduct } from '../drill/shoppers.ts'

/** Whose secrets must be in no log. */
export type Purchase = { readonly traceId: string; readonly secrets: readonly string[] }

/** Somebody registers and buys; the purchase itself carries the trace. */
export const buyTraced = async (shop: Shop): Promise<Purchase> => {
  const ask = clientOf(shop)
  const { sku } = await newProduct(shop, await adminToken(shop))
  const canary = randomUUID()
  const [email, password] = [`${canary}@test.example`, `correct horse ${canary}`]
  const member = { email, password, name: `Shopper ${canary}` }
  const { accessToken } = await ask('POST', '/v1/auth/register', { body: member })
  const token = String(accessToken)
  await ask('POST', '/v1/cart/items', { token, body: { sku, quantity: 1 } })
  const traceId = randomBytes(16).toString('hex')
  const headers = {
    'idempotency-key': randomUUID(),
    traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
  }
  const shippingAddress = {
    name: `Recipient ${canary}`,
    line1: `1 ${canary} Street`,
    city: 'C',
    postalCode: '1',
    country: 'FR',
  }
  const body = { shippingAddress, payment: { method: 'card', token: 'tok_visa' } }
  const order = await ask('POST', '/v1/orders', { token, headers, body })
  if (order['status'] !== 'PAID') throw new Error(`the order is ${JSON.stringify(order)}`)
  return { traceId, secrets: [canary, token, 'tok_visa'] }
}
