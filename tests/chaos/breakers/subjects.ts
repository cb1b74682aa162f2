import { randomUUID } from 'node:crypto'
import type { Answer } from '../load/client.ts'
import { newGuest, newMember, type Person } from '../load/people.ts'
import { addToCart, type Attempt, newAttempt, place } from '../load/shopping.ts'
import type { World } from '../load/world.ts'

/** One breaker: calls that pass it, and where the proxy is that cuts them off. */
export type Subject = {
  /** `<caller> -> <callee>`. */
  readonly name: string
  readonly edge: string
  /** Sets up so many calls before anything is cut. */
  readonly prepare: (count: number) => Promise<void>
  readonly call: () => Promise<Answer>
  readonly isFine: (answer: Answer) => boolean
  /** What the callee refuses because the caller is wrong: it must not open the breaker. */
  readonly mistake: () => Promise<Answer>
}

const nothing = async () => {}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const simple = (world: World, person: Person) => {
  const ask = (method: string, path: string, body?: unknown): Promise<Answer> =>
    world.client({
      op: 'breaker',
      process: 'breaker',
      user: person.canary,
      method,
      path,
      token: person.token,
      ...(body !== undefined && { body }),
    })
  return { ask, isFine: ({ status }: Answer) => status === 200 }
}

/** The gateway's own calls. */
const ofGateway = (world: World, member: Person): readonly Subject[] => {
  const { ask, isFine } = simple(world, member)
  const of = (
    name: string,
    call: () => Promise<Answer>,
    mistake: () => Promise<Answer>,
  ): Subject => ({
    name: `gateway -> ${name}`,
    edge: `${name}-in`,
    prepare: nothing,
    call,
    isFine,
    mistake,
  })
  return [
    of(
      'product',
      () => ask('GET', `/v1/products?q=${world.random.word(8)}`),
      () => ask('GET', `/v1/products/${randomUUID()}`),
    ),
    of(
      'user',
      () => ask('GET', '/v1/me'),
      () =>
        ask('PUT', `/v1/me/addresses/${randomUUID()}`, {
          name: 'A',
          line1: 'B',
          city: 'C',
          postalCode: '1',
          country: 'FR',
        }),
    ),
    of(
      'cart',
      () => ask('GET', '/v1/cart'),
      () => ask('PATCH', `/v1/cart/items/NONE-${world.random.word(6)}`, { quantity: 1 }),
    ),
    of(
      'order',
      () => ask('GET', '/v1/orders'),
      () => ask('GET', `/v1/orders/${randomUUID()}`),
    ),
  ]
}

/** Calls that an order makes: each needs a cart of its own, filled before anything is cut. */
const ofOrder = (
  world: World,
  name: string,
  edge: string,
  shopper: () => Promise<Person>,
): Subject => {
  const { client, random, spread } = world
  const ready: Attempt[] = []
  const fillOne = async () => {
    const person = await shopper()
    const line = { sku: random.pick(spread).sku, quantity: 1 }
    const { outcome } = await addToCart(client, random, person, line)
    if (outcome !== 'ok') throw new Error('a cart could not be filled')
    ready.push(newAttempt(random, person, 'tok_visa'))
  }
  const next = async (): Promise<Attempt> => {
    if (ready.length === 0) await fillOne()
    const attempt = ready.pop()
    if (!attempt) throw new Error('no cart could be filled')
    return attempt
  }
  const declined = async (): Promise<Answer> => {
    const attempt = await next()
    const body = { ...attempt.body, payment: { method: 'card', token: 'tok_declined' } }
    return place(client, { ...attempt, body })
  }
  return {
    name,
    edge,
    prepare: async (count) => {
      while (ready.length < count) await fillOne().catch(() => pause(200))
    },
    call: async () => place(client, await next()),
    isFine: ({ status }) => status === 201,
    mistake: declined,
  }
}

export const subjectsOf = async (world: World): Promise<readonly Subject[]> => {
  const { client, random } = world
  const member = await newMember(client, random.fork('breaker'), 'breaker')
  if (!member) throw new Error('no member could be registered')
  const guest = async () => newGuest(random, 'breaker')
  return [
    ...ofGateway(world, member),
    ofOrder(world, 'order -> product', 'product-in', guest),
    ofOrder(world, 'order -> payment', 'payment-in', guest),
    ofOrder(world, 'payment -> provider', 'provider', guest),
  ]
}
