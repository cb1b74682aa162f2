import type { Random } from '../plan/random.ts'
import type { Answer, Client } from './client.ts'
import { addressOf, identityOf, type Person } from './people.ts'

export type Line = { readonly sku: string; readonly quantity: number }

/** An order placed, or tried: what is needed to try it again. */
export type Attempt = {
  readonly person: Person
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
}

/** Puts units into the cart under a key; an answer that got lost is asked for again, a few times. */
export const addToCart = async (
  client: Client,
  random: Random,
  person: Person,
  { sku, quantity }: Line,
): Promise<Answer> => {
  const key = `add-${random.word(16)}`
  const once = () =>
    client({
      op: 'cart.add',
      process: person.process,
      user: person.canary,
      method: 'POST',
      path: '/v1/cart/items',
      token: person.token,
      headers: identityOf(person),
      key,
      body: { sku, quantity },
      asked: { sku, quantity },
    })
  let answer = await once()
  // A guest without a token got a cart that nobody can name: the next try makes another one.
  const named = person.token !== undefined || person.cartToken !== undefined
  for (let again = 0; again < (named ? 3 : 0) && answer.outcome === 'info'; again += 1) {
    await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** again))
    answer = await once()
  }
  if (person.token === undefined) {
    person.cartToken = answer.headers.get('x-cart-token') ?? person.cartToken
  }
  return answer
}

export const readCart = (client: Client, person: Person, op = 'cart.read'): Promise<Answer> =>
  client({
    op,
    process: person.process,
    user: person.canary,
    method: 'GET',
    path: '/v1/cart',
    token: person.token,
    headers: identityOf(person),
  })

export const newAttempt = (random: Random, person: Person, card: string): Attempt => ({
  person,
  key: `order-${random.word(20)}`,
  headers: identityOf(person),
  body: {
    shippingAddress: addressOf(person),
    payment: { method: 'card', token: card },
    email: person.email,
  },
})

/** Sends an attempt, for the first time or again. */
export const place = (
  client: Client,
  attempt: Attempt,
  { process = attempt.person.process, timeoutMs = 20_000, op = 'place', body = attempt.body } = {},
): Promise<Answer> =>
  client({
    op,
    process,
    user: attempt.person.canary,
    method: 'POST',
    path: '/v1/orders',
    token: attempt.person.token,
    headers: attempt.headers,
    key: attempt.key,
    body,
    timeoutMs,
  })

/** The order's own token, which opens it to a guest. */
const orderTokenOf = ({ body }: Answer): Record<string, string> =>
  typeof body['orderToken'] === 'string' ? { 'x-order-token': body['orderToken'] } : {}

export const cancel = (
  client: Client,
  attempt: Attempt,
  placed: Answer,
  process = attempt.person.process,
): Promise<Answer> =>
  client({
    op: 'cancel',
    process,
    user: attempt.person.canary,
    method: 'POST',
    path: `/v1/orders/${placed.order?.id ?? ''}/cancel`,
    token: attempt.person.token,
    headers: orderTokenOf(placed),
    body: {},
    asked: { order: placed.order?.id ?? '' },
  })

/** Goes on with a payment that waited for the shopper. */
export const continuePayment = (
  client: Client,
  attempt: Attempt,
  placed: Answer,
  process = attempt.person.process,
): Promise<Answer> =>
  client({
    op: 'continue',
    process,
    user: attempt.person.canary,
    method: 'POST',
    path: `/v1/orders/${placed.order?.id ?? ''}/payment`,
    token: attempt.person.token,
    headers: orderTokenOf(placed),
    body: {},
    asked: { order: placed.order?.id ?? '' },
  })

export const readOrder = (client: Client, attempt: Attempt, placed: Answer): Promise<Answer> =>
  client({
    op: 'order.read',
    process: attempt.person.process,
    user: attempt.person.canary,
    method: 'GET',
    path: `/v1/orders/${placed.order?.id ?? ''}`,
    token: attempt.person.token,
    headers: orderTokenOf(placed),
  })
