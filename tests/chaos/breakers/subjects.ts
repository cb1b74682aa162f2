import { randomUUID } from 'node:crypto'
import type { Answer, Client } from '../load/client.ts'
import { addressOf, newGuest, newMember, type Person } from '../load/people.ts'
import { addToCart, type Attempt, newAttempt, place } from '../load/shopping.ts'
import { noticeClient } from '../load/webhooks.ts'
import type { World } from '../load/world.ts'
import type { Shop } from '../shop/handle.ts'

/** One breaker: calls that pass it, and the edge on which they can be lost. */
export type Subject = {
  readonly caller: string
  readonly callee: string
  readonly edge: string
  /** The RPC whose breaker is looked at. */
  readonly method: string
  /** Sets up so many calls before anything is lost. */
  readonly prepare: (count: number) => Promise<void>
  readonly call: () => Promise<Answer>
  readonly isFine: (answer: Answer) => boolean
  /** What is refused because whoever asks is wrong, behind the same RPC: it must not open the breaker. */
  readonly mistake: () => Promise<Answer>
  /** The code of that refusal. */
  readonly refusal: string
  /** Refused by an open breaker further on, the caller answers 202 until it knows: payment's first. */
  readonly mayWait?: true
}

const nothing = async () => {}

/** Not a purchase whose end anybody waits for. */
const op = { op: 'breaker.place' }

type Ask = (method: string, path: string, body?: unknown) => Promise<Answer>

const askAs =
  (client: Client, { canary, token }: Pick<Person, 'canary' | 'token'>): Ask =>
  (method, path, body) =>
    client({
      op: 'breaker',
      process: 'breaker',
      user: canary,
      method,
      path,
      token,
      ...(body !== undefined && { body }),
    })

const isOk = ({ status }: Answer): boolean => status === 200

type Place = Pick<Subject, 'caller' | 'callee' | 'edge' | 'method'>

const between = (caller: string, callee: string, method: string): Place => ({
  caller,
  callee,
  edge: `${callee}-in`,
  method: `/micromart.${callee}.v1.${method}`,
})

/** Each edge by one of its RPCs: a breaker is an RPC's. */
export const places = {
  gatewayProduct: between('gateway', 'product', 'ProductService/GetAdminProduct'),
  gatewayUser: between('gateway', 'user', 'UserService/ReplaceAddress'),
  gatewayCart: between('gateway', 'cart', 'CartService/SetItem'),
  gatewayOrder: between('gateway', 'order', 'OrderService/GetOrder'),
  gatewayPayment: between('gateway', 'payment', 'PaymentService/ReceiveWebhook'),
  orderCart: between('order', 'cart', 'CartService/GetLines'),
  orderUser: between('order', 'user', 'UserService/GetCheckoutDetails'),
  orderProduct: between('order', 'product', 'ProductService/HoldStock'),
  orderPayment: between('order', 'payment', 'PaymentService/OpenPayment'),
  paymentProvider: {
    caller: 'payment',
    callee: 'provider',
    edge: 'provider',
    method: 'POST /v1/charges',
  },
} as const

type Simple = Pick<Subject, 'call' | 'mistake' | 'refusal'>

const ofGateway = (place: Place, subject: Simple): Subject => ({
  ...place,
  prepare: nothing,
  isFine: isOk,
  ...subject,
})

const addAddress = async (ask: Ask, member: Person): Promise<string> =>
  String((await ask('POST', '/v1/me/addresses', addressOf(member))).body['id'])

/** The gateway's calls, each with the mistake that the same RPC refuses. */
const gatewaySubjects = async (shop: Shop, world: World, member: Person) => {
  const { client, random, spread, staff } = world
  const ask = askAs(client, member)
  const desk: Ask = (method, path) => staff.call({ op: 'breaker', process: 'desk', method, path })
  const address = await addAddress(ask, member)
  const shelf = random.pick(spread)
  const attempt = await filled(world, member, shelf.sku)
  const order = (await place(client, attempt, op)).order?.id ?? ''
  await addToCart(client, random, member, { sku: shelf.sku, quantity: 1 })
  const notice = noticeClient(shop, client)
  return [
    ofGateway(places.gatewayProduct, {
      call: () => desk('GET', `/v1/admin/products/${random.pick(spread).id}`),
      mistake: () => desk('GET', `/v1/admin/products/${randomUUID()}`),
      refusal: 'product_not_found',
    }),
    ofGateway(places.gatewayUser, {
      call: () => ask('PUT', `/v1/me/addresses/${address}`, addressOf(member)),
      mistake: () => ask('PUT', `/v1/me/addresses/${randomUUID()}`, addressOf(member)),
      refusal: 'address_not_found',
    }),
    ofGateway(places.gatewayCart, {
      call: () => ask('PATCH', `/v1/cart/items/${shelf.sku}`, { quantity: random.int(1, 9) }),
      mistake: () => ask('PATCH', `/v1/cart/items/NONE-${random.word(6)}`, { quantity: 1 }),
      refusal: 'line_not_found',
    }),
    ofGateway(places.gatewayOrder, {
      call: () => ask('GET', `/v1/orders/${order}`),
      mistake: () => ask('GET', `/v1/orders/${randomUUID()}`),
      refusal: 'order_not_found',
    }),
    ofGateway(places.gatewayPayment, {
      call: () => notice('provider'),
      mistake: () => notice('stranger'),
      refusal: 'signature_invalid',
    }),
  ]
}

const filled = async ({ client, random }: World, person: Person, sku: string): Promise<Attempt> => {
  const { outcome } = await addToCart(client, random, person, { sku, quantity: 1 })
  if (outcome !== 'ok') throw new Error('a cart could not be filled')
  return newAttempt(random, person, 'tok_visa')
}

const lanes = 6

/** Purchases, each of a cart of its own that is filled before anything is lost. */
const purchases = (world: World) => {
  const { client, random, spread } = world
  const ready: Attempt[] = []
  const fillOne = async () => {
    const person = newGuest(random, 'breaker')
    ready.push(await filled(world, person, random.pick(spread).sku))
  }
  return {
    prepare: async (count: number) => {
      const lane = async () => {
        while (ready.length < count) await fillOne()
      }
      await Promise.all(Array.from({ length: lanes }, lane))
    },
    call: async () => {
      if (ready.length === 0) await fillOne()
      return place(client, ready.pop()!, op)
    },
    isFine: ({ status }: Answer) => status === 201,
  }
}

/** An attempt anew, under another key. */
const anew = ({ random }: World, attempt: Attempt, card = 'tok_visa'): Attempt => {
  const fresh = newAttempt(random, attempt.person, card)
  return { ...fresh, headers: attempt.headers }
}

/** A cart whose goods were sold before it came to the till. */
const soldOutCart = async (world: World): Promise<Attempt> => {
  const { staff, random } = world
  const { sku } = await staff.create(`GONE-${random.word(8)}`.toUpperCase(), 900, 1)
  const attempt = await filled(world, newGuest(random, 'breaker'), sku)
  await staff.adjust(sku, -1, 'desk')
  return attempt
}

/** Somebody whose card is declined again and again; a cart that an order of before still holds is left for another one. */
const declined = (world: World, card: string) => {
  const { client, random, spread } = world
  let cart: Attempt | undefined
  return async (): Promise<Answer> => {
    cart ??= await filled(world, newGuest(random, 'breaker'), random.pick(spread).sku)
    const answer = await place(client, anew(world, cart, card), op)
    if (answer.status !== 402) cart = undefined
    return answer
  }
}

/** A checkout of nothing: it gets as far as the cart, and for a member as far as the user service. */
const emptyCheckout =
  ({ client, random }: World, member: Person, body?: Readonly<Record<string, unknown>>) =>
  () => {
    const attempt = newAttempt(random, member, 'tok_visa')
    return place(client, { ...attempt, ...(body && { body }) }, op)
  }

const emptyHanded = {
  prepare: nothing,
  isFine: ({ code }: Answer) => code === 'cart_empty',
}

/** A cart that is asked for its lines refuses nobody: who has none has an empty one. */
const orderToCart = (world: World, member: Person): Subject => ({
  ...places.orderCart,
  ...emptyHanded,
  call: emptyCheckout(world, member),
  mistake: emptyCheckout(world, member),
  refusal: 'cart_empty',
})

const orderToUser = (world: World, member: Person): Subject => {
  const payment = { method: 'card', token: 'tok_visa' }
  return {
    ...places.orderUser,
    ...emptyHanded,
    call: emptyCheckout(world, member, { shippingAddress: addressOf(member), payment }),
    mistake: emptyCheckout(world, member, { addressId: randomUUID(), payment }),
    refusal: 'address_not_found',
  }
}

const orderSubjects = async (world: World, member: Person): Promise<readonly Subject[]> => {
  const { client } = world
  const buying = purchases(world)
  const gone = await soldOutCart(world)
  const refusal = 'payment_declined'
  return [
    orderToCart(world, member),
    orderToUser(world, member),
    {
      ...places.orderProduct,
      ...buying,
      mistake: () => place(client, anew(world, gone), op),
      refusal: 'out_of_stock',
    },
    {
      ...places.orderPayment,
      ...buying,
      mistake: declined(world, 'tok_declined'),
      refusal,
    },
    {
      ...places.paymentProvider,
      ...buying,
      mistake: declined(world, 'tok_nobody_issued'),
      refusal,
      mayWait: true,
    },
  ]
}

/** Every breaker of the checkout: those that can be looked at together, then those that need each other's parts. */
export const subjectsOf = async (shop: Shop, world: World) => {
  const { client, random } = world
  const member = await newMember(client, random.fork('breaker'), 'breaker')
  const shopper = await newMember(client, random.fork('empty'), 'breaker')
  if (!member || !shopper) throw new Error('no member could be registered')
  return {
    together: await gatewaySubjects(shop, world, member),
    inTurn: await orderSubjects(world, shopper),
  }
}
