import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

const json = { 'content-type': 'application/json' }
const answerMs = 30_000

/** What a card's token stands for, and what the shop must answer. Source: services/provider/README.md. */
const cards = [
  { token: 'tok_visa', status: 201, order: 'PAID' },
  { token: 'tok_visa', status: 201, order: 'PAID' },
  { token: 'tok_pending', status: 202, order: 'PAYMENT_PENDING' },
  { token: 'tok_declined', status: 402 },
]

const shippingAddress = {
  name: 'Ada',
  line1: '1 Rue de la Paix',
  city: 'Paris',
  postalCode: '75002',
  country: 'FR',
}

const tries = 6
const longestWaitMs = 5000

/** A busy shop says 503 and when to come again. Whoever buys sends a key, so that nothing happens twice. */
const patiently = async (send, heard) => {
  for (let left = tries; ; left -= 1) {
    const answer = await send()
    if (answer.status !== 503 || left === 1) return answer
    heard.busy += 1
    await answer.body?.cancel()
    const seconds = Number(answer.headers.get('retry-after') ?? 1)
    await sleep(Math.min(seconds * 1000, longestWaitMs))
  }
}

const client =
  (shop, heard) =>
  async (method, path, { expected = 200, body, headers } = {}) => {
    const key = method === 'POST' && { 'idempotency-key': `demo-${randomUUID()}` }
    const send = () =>
      fetch(new URL(path, shop), {
        method,
        headers: { ...(body && json), ...key, ...headers },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(answerMs),
      })
    const began = performance.now()
    const answer = await patiently(send, heard)
    const text = await answer.text()
    heard.times.push(performance.now() - began)
    if (answer.status !== expected) {
      throw new Error(`${method} ${path} answered ${answer.status}, not ${expected}: ${text}`)
    }
    return { body: text === '' ? undefined : JSON.parse(text), headers: answer.headers }
  }

/** Looks around until something is found that can be had. */
const browse = async (ask) => {
  const { body } = await ask('GET', '/v1/products?inStock=true&limit=20')
  if (body.items.length === 0) throw new Error('there is nothing in stock')
  const found = body.items[Math.floor(Math.random() * body.items.length)]
  await ask('GET', `/v1/products?q=${encodeURIComponent(found.title.split(' ')[0])}&limit=5`)
  const product = (await ask('GET', `/v1/products/${found.handle}`)).body
  return product.variants.find(({ available }) => available).sku
}

const buy = async (ask, sku, card) => {
  const added = await ask('POST', '/v1/cart/items', { body: { sku, quantity: 1 } })
  const cart = { 'x-cart-token': added.headers.get('x-cart-token') }
  await ask('GET', '/v1/cart', { headers: cart })
  const { body } = await ask('POST', '/v1/orders', {
    expected: card.status,
    headers: cart,
    body: {
      email: 'ada@example.org',
      shippingAddress,
      payment: { method: 'card', token: card.token },
    },
  })
  if (card.order === undefined) return
  if (body.status !== card.order) throw new Error(`the order is ${body.status}, not ${card.order}`)
  await ask('GET', `/v1/orders/${body.id}/timeline`, {
    headers: { 'x-order-token': body.orderToken },
  })
}

/** What a shopper may do: look around, and buy. */
export const shoppers = ['browse', 'buy']

/**
 * One guest after the other.
 * @param settings `{ shop, kind, count, atOnce }`
 * @returns `{ done, faults: [text], times: [ms], busy }`: a time for each request, and how often the shop said 503 and was asked again
 */
export const sendShoppers = async ({ shop, kind, count, atOnce }) => {
  const heard = { times: [], busy: 0 }
  const faults = []
  const ask = client(shop, heard)
  let next = 0
  const one = async (number) => {
    const sku = await browse(ask)
    if (kind === 'buy') await buy(ask, sku, cards[number % cards.length])
  }
  const queue = async () => {
    while (next < count) {
      const number = next++
      await one(number).catch((error) => faults.push(error.cause?.message ?? error.message))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, queue))
  return { done: count - faults.length, faults, ...heard }
}
