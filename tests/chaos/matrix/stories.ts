import { createConnection } from 'mysql2/promise'
import type { Answer } from '../load/client.ts'
import { dumpAll } from '../load/dump.ts'
import { addressOf, newGuest, newMember, type Person } from '../load/people.ts'
import {
  addToCart,
  type Attempt,
  cancel,
  continuePayment,
  newAttempt,
  place,
} from '../load/shopping.ts'
import type { World } from '../load/world.ts'
import type { Shop } from '../shop/handle.ts'
import type { StoryName } from './steps.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A scene in which a step comes. */
export type Story = {
  /** All that comes before the step's call. */
  readonly prepare: () => Promise<unknown>
  /** What makes the call; where the sweeper does, nothing. */
  readonly act: () => Promise<unknown>
  /** Afterwards: what a careful shopper or desk does whose request got no answer. */
  readonly finish: () => Promise<unknown>
  /** Attempts to be asked about until their end is known. */
  readonly attempts: readonly Attempt[]
}

type Stage = { readonly shop: Shop; readonly world: World; readonly sku: string }

const nothing = async () => {}

const cartOf = async ({ world, sku }: Stage, person: Person, quantity = 1): Promise<void> => {
  await addToCart(world.client, world.random, person, { sku, quantity })
  world.people.add(person)
}

const shopper = async (stage: Stage, card: string, quantity = 1): Promise<Attempt> => {
  const person = newGuest(stage.world.random, 'case')
  await cartOf(stage, person, quantity)
  return newAttempt(stage.world.random, person, card)
}

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 300 && !(await isSo()); tries += 1) await pause(100)
}

const untilKnown = async (ask: () => Promise<Answer>): Promise<void> => {
  for (let tries = 0; tries < 6; tries += 1) {
    const { outcome } = await ask()
    if (outcome !== 'info') return
    await pause(300 * 2 ** tries)
  }
}

const buys =
  (card: string) =>
  async (stage: Stage): Promise<Story> => {
    const attempt = await shopper(stage, card)
    const act = () => place(stage.world.client, attempt)
    return { prepare: nothing, act, finish: nothing, attempts: [attempt] }
  }

const mostTries = 60

/** The user service may still be on its way back from the case before. */
const registered = async ({ client, random }: Stage['world']) => {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const person = await newMember(client, random, 'case')
    if (person) return person
    await pause(500)
  }
  throw new Error('no member could be registered')
}

/** Neither e-mail nor address is in the request: the shop asks the user service. */
const buysAsMember = async (stage: Stage): Promise<Story> => {
  const { client, random } = stage.world
  const person = await registered(stage.world)
  const { token, canary } = person
  const request = { op: 'address.add', process: 'case', user: canary, method: 'POST', token }
  const added = await client({ ...request, path: '/v1/me/addresses', body: addressOf(person) })
  await cartOf(stage, person)
  const payment = { method: 'card', token: 'tok_visa' }
  const body = { addressId: String(added.body['id']), payment }
  const attempt = { ...newAttempt(random, person, 'tok_visa'), body }
  return {
    prepare: nothing,
    act: () => place(client, attempt),
    finish: nothing,
    attempts: [attempt],
  }
}

/** There is one unit, and two want it. */
const comesTooLate = async (stage: Stage): Promise<Story> => {
  const { client } = stage.world
  const [attempt, rival] = [await shopper(stage, 'tok_visa'), await shopper(stage, 'tok_visa')]
  const prepare = () => place(client, rival)
  return { prepare, act: () => place(client, attempt), finish: nothing, attempts: [attempt, rival] }
}

/** The bank wants to see the shopper, who comes back. */
const approves = async (stage: Stage): Promise<Story> => {
  const { client } = stage.world
  const attempt = await shopper(stage, 'tok_3ds')
  let placed: Answer | undefined
  const goOn = async () => placed && continuePayment(client, attempt, placed)
  return {
    prepare: async () => (placed = await place(client, attempt)),
    act: goOn,
    finish: () => untilKnown(() => continuePayment(client, attempt, placed!)),
    attempts: [attempt],
  }
}

/** Time that nobody waits for: rows of an order as they would be later. @param statements with the order's id as only parameter */
const letPass = async ({ mysqlUrl }: Shop, order: string, statements: readonly string[]) => {
  const db = await createConnection(mysqlUrl)
  try {
    for (const statement of statements) await db.query(statement, [order])
  } finally {
    await db.end()
  }
}

const holdEndsSoon = [
  'UPDATE micromart_order.orders SET hold_until = UTC_TIMESTAMP(3) + INTERVAL 60 SECOND WHERE id = ?',
  'UPDATE micromart_product.stock_holds SET expires_at = UTC_TIMESTAMP(3) + INTERVAL 60 SECOND WHERE order_id = ?',
]

/** As if the shopper had thought for fourteen minutes: the hold ends in one, and the sweeper asks for more. */
const takesLong = async (stage: Stage): Promise<Story> => {
  const { client } = stage.world
  const attempt = await shopper(stage, 'tok_3ds')
  let placed: Answer | undefined
  return {
    prepare: async () => (placed = await place(client, attempt)),
    act: () => letPass(stage.shop, placed?.order?.id ?? '', holdEndsSoon),
    finish: () => untilKnown(() => continuePayment(client, attempt, placed!)),
    attempts: [attempt],
  }
}

const approvalIsOver = [
  `UPDATE micromart_order.orders
   SET next_action = JSON_SET(next_action, '$.expiresAt', '2001-01-01T00:00:00.000Z') WHERE id = ?`,
]

/** As if the time to approve were over: the sweeper ends the payment, which the provider still keeps open. */
const neverApproves = async (stage: Stage): Promise<Story> => {
  const attempt = await shopper(stage, 'tok_3ds')
  let placed: Answer | undefined
  return {
    prepare: async () => (placed = await place(stage.world.client, attempt)),
    act: () => letPass(stage.shop, placed?.order?.id ?? '', approvalIsOver),
    finish: nothing,
    attempts: [attempt],
  }
}

/** An order that is paid and whose goods have left the shelf. */
const paid = async ({ shop, world }: Stage, attempt: Attempt): Promise<Answer> => {
  const answer = await place(world.client, attempt)
  await until(async () => {
    const { orders } = await dumpAll(shop.mysqlUrl, 0)
    return orders.some(({ id, stockClaimed }) => id === answer.order?.id && stockClaimed)
  })
  return answer
}

const cancels = async (stage: Stage): Promise<Story> => {
  const { client } = stage.world
  const attempt = await shopper(stage, 'tok_visa')
  let placed: Answer | undefined
  const giveUp = async () => placed && cancel(client, attempt, placed)
  return {
    prepare: async () => (placed = await paid(stage, attempt)),
    act: giveUp,
    finish: () => untilKnown(() => cancel(client, attempt, placed!)),
    attempts: [attempt],
  }
}

/** One of two units comes back to the shelf, its money to the shopper. */
const getsPartBack = async (stage: Stage): Promise<Story> => {
  const { world, sku } = stage
  const attempt = await shopper(stage, 'tok_visa', 2)
  let order = ''
  const key = `refund-${world.random.word(16)}`
  const refund = () =>
    world.staff.call({
      op: 'refund',
      process: 'desk',
      method: 'POST',
      path: `/v1/admin/orders/${order}/refunds`,
      key,
      body: { lines: [{ sku, quantity: 1 }], restock: true, reason: 'chaos' },
      asked: { order },
    })
  return {
    prepare: async () => (order = (await paid(stage, attempt)).order?.id ?? ''),
    act: refund,
    finish: () => untilKnown(refund),
    attempts: [attempt],
  }
}

/** Somebody gives a part back at the provider's own desk; the shop hears of it by webhook. */
const isPaidBack = async (stage: Stage): Promise<Story> => {
  const { world } = stage
  const attempt = await shopper(stage, 'tok_visa')
  let reference = ''
  return {
    prepare: async () => (reference = (await paid(stage, attempt)).order?.id ?? ''),
    act: () => world.provider('POST', '/v1/desk/refunds', { reference, amount: 300 }),
    finish: nothing,
    attempts: [attempt],
  }
}

const stories: Readonly<Record<StoryName, (stage: Stage) => Promise<Story>>> = {
  buys: buys('tok_visa'),
  'buys as a member': buysAsMember,
  'is declined': buys('tok_declined'),
  'comes too late': comesTooLate,
  'pays later': buys('tok_pending'),
  approves,
  'takes long to approve': takesLong,
  'never approves': neverApproves,
  cancels,
  'gets a part back': getsPartBack,
  'is paid back at the provider': isPaidBack,
  'is charged too late': buys('tok_late_capture'),
}

/** Sets the scene: a product of its own, shoppers with it in their carts. */
export const storyOf = async (shop: Shop, world: World, name: StoryName): Promise<Story> => {
  const sku = `CASE-${world.random.word(8)}`.toUpperCase()
  await world.staff.create(sku, 1500, name === 'comes too late' ? 1 : 5)
  return stories[name]({ shop, world, sku })
}
