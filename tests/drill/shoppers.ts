import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Shop } from '../chaos/shop/handle.ts'

type Json = Readonly<Record<string, unknown>>
type Asked = {
  readonly token?: string
  readonly body?: Json
  readonly headers?: Readonly<Record<string, string>>
}

const address = { name: 'A', line1: 'B', city: 'C', postalCode: '1', country: 'FR' }

/** Requests to the shop; a failure is an answer, too. */
export const clientOf =
  ({ gateway }: Pick<Shop, 'gateway'>) =>
  async (method: string, path: string, { token, body, headers }: Asked = {}): Promise<Json> => {
    const sent = {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    }
    try {
      const answer = await fetch(gateway + path, { ...sent, signal: AbortSignal.timeout(10_000) })
      return (await answer.json().catch(() => ({}))) as Json
    } catch {
      return {}
    }
  }

type Client = ReturnType<typeof clientOf>

export const adminToken = async (shop: Shop): Promise<string> => {
  const answer = await clientOf(shop)('POST', '/v1/auth/login', { body: shop.accounts.admin })
  return String(answer['accessToken'])
}

/** Something to buy, with more on the shelf than a drill sells. */
export const newProduct = async (shop: Shop, token: string) => {
  const sku = `DRILL-${randomUUID().slice(0, 8).toUpperCase()}`
  const price = { amount: 1999, currency: 'EUR' }
  const variants = [{ sku, price, stock: 90_000 }]
  const body = { title: `Drill ${sku}`, status: 'active', variants }
  const { handle } = await clientOf(shop)('POST', '/v1/admin/products', { token, body })
  return { sku, handle: String(handle) }
}

const buy = async (
  ask: Client,
  token: string,
  { sku, handle }: { sku: string; handle: string },
) => {
  await ask('GET', `/v1/products/${handle}`)
  await ask('POST', '/v1/cart/items', { token, body: { sku, quantity: 1 } })
  const headers = { 'idempotency-key': randomUUID() }
  const payment = { method: 'card', token: 'tok_visa' }
  const body = { shippingAddress: address, payment }
  return ask('POST', '/v1/orders', { token, headers, body })
}

/** Some have second thoughts: their money goes back. */
const cancel = (ask: Client, token: string, order: Json) =>
  ask('POST', `/v1/orders/${String(order['id'])}/cancel`, {
    token,
    headers: { 'idempotency-key': randomUUID() },
  })

/** So many shoppers buy again and again until they are stopped; now and then one logs in. */
export const startShoppers = async (shop: Shop, count: number) => {
  const ask = clientOf(shop)
  const goods = await newProduct(shop, await adminToken(shop))
  const closing = new AbortController()
  const one = async () => {
    const email = `${randomUUID()}@test.example`
    const password = `correct horse ${randomUUID()}`
    const member = { email, password, name: 'Drill' }
    let { accessToken } = await ask('POST', '/v1/auth/register', { body: member })
    for (let round = 1; !closing.signal.aborted; round += 1) {
      if (round % 5 === 0 || accessToken === undefined) {
        const again = await ask('POST', '/v1/auth/login', { body: { email, password } })
        accessToken = again['accessToken'] ?? accessToken
      }
      const order = await buy(ask, String(accessToken), goods)
      if (round % 7 === 0) await cancel(ask, String(accessToken), order)
      await pause(300)
    }
  }
  const all = Array.from({ length: count }, one)
  const stop = async () => {
    closing.abort()
    await Promise.all(all)
  }
  return { goods, stop }
}
