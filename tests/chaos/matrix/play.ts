import type { Answer } from '../load/client.ts'
import { newGuest } from '../load/people.ts'
import { addToCart, type Attempt, cancel, newAttempt, place } from '../load/shopping.ts'
import { dumpAll } from '../load/dump.ts'
import type { World } from '../load/world.ts'
import type { Shop } from '../shop/handle.ts'
import { type Case, edgeOf, type Step } from './cases.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

type Story = {
  /** All that comes before the step's call. */
  readonly prepare: () => Promise<void>
  /** What makes the call. */
  readonly act: () => Promise<Answer>
  /** Attempts to be asked about until their end is known. */
  readonly attempts: readonly Attempt[]
}

const cards = {
  buys: 'tok_visa',
  'is declined': 'tok_declined',
  'comes too late': 'tok_visa',
  cancels: 'tok_visa',
}

const claimed = async (shop: Shop, order: string): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const { orders } = await dumpAll(shop.mysqlUrl, 0)
    if (orders.find(({ id }) => id === order)?.stockClaimed) return
    await pause(100)
  }
}

/** Sets the scene of a step: a product, a shopper with it in the cart, perhaps an order that is paid. */
export const storyOf = async (
  shop: Shop,
  { client, staff, random }: World,
  { story }: Step,
): Promise<Story> => {
  const sku = `CASE-${random.word(8)}`.toUpperCase()
  await staff.create(sku, 1500, story === 'comes too late' ? 1 : 5)
  const shopper = async () => {
    const person = newGuest(random, 'case')
    await addToCart(client, random, person, { sku, quantity: 1 })
    return newAttempt(random, person, cards[story])
  }
  const attempt = await shopper()
  const attempts = [attempt]
  if (story === 'comes too late') {
    const rival = await shopper()
    const prepare = async () => void (await place(client, rival))
    return { prepare, act: () => place(client, attempt), attempts: [attempt, rival] }
  }
  if (story !== 'cancels')
    return { prepare: async () => {}, act: () => place(client, attempt), attempts }
  let paid: Answer | undefined
  return {
    attempts,
    prepare: async () => {
      paid = await place(client, attempt)
      await claimed(shop, paid.order?.id ?? '')
    },
    act: () => (paid ? cancel(client, attempt, paid) : place(client, attempt)),
  }
}

const moment = 150
const silenceMs = 5000

/** The caller has its answer and cannot write it down. */
const breakAnswered = async (shop: Shop, id: string, { step, kind }: Case): Promise<void> => {
  const { proxies, processes } = shop
  const database = `${step.caller}-mysql`
  await proxies.spoil(database, { kind: 'blackhole' })
  await proxies.judge(id, 'forward')
  await pause(moment)
  if (kind === 'timeout') await pause(silenceMs)
  if (kind === 'kill caller') processes.signal(step.caller, 'SIGKILL')
  if (kind === 'kill callee') processes.signal(step.callee, 'SIGKILL')
  if (kind === 'reset') await proxies.cut(database)
  await proxies.heal(database)
}

const breakCall = async (
  { proxies, processes }: Shop,
  id: string,
  { step, point, kind }: Case,
): Promise<void> => {
  if (kind === 'kill caller') processes.signal(step.caller, 'SIGKILL')
  if (kind === 'kill callee') processes.signal(step.callee, 'SIGKILL')
  const goesOn = kind === 'kill callee' && point === 'before'
  const verdict = goesOn ? 'forward' : kind === 'timeout' ? 'hang' : 'reset'
  await proxies.judge(id, verdict)
}

const reachMs = 15_000

/** Arms the trap, lets the shopper act, breaks the one call. @returns whether it came */
export const breakOnce = async (
  shop: Shop,
  story: Story,
  one: Case,
  id: string,
): Promise<boolean> => {
  await story.prepare()
  const { step, point } = one
  const trap = {
    id,
    edge: edgeOf(step),
    method: step.method,
    point: point === 'before' ? point : 'after',
  } as const
  const { caught, lift } = await shop.proxies.trap(trap)
  const acting = story.act()
  const came = await Promise.race([caught.then(() => true), pause(reachMs).then(() => false)])
  if (!came) await lift()
  else if (point === 'answered') await breakAnswered(shop, id, one)
  else await breakCall(shop, id, one)
  await acting
  return came
}
