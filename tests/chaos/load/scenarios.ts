import { buy, fill, guest, knownNow, one, type Scenario, somebody } from './buying.ts'
import { logIn, type Person, stayLoggedIn } from './people.ts'
import { lateScenarios } from './aftercare.ts'
import { cancel, newAttempt, place, readOrder } from './shopping.ts'

/** Demand is five times the stock of each hot product. */
const hot: Scenario = async (turn) => {
  const { world } = turn
  const index = Math.floor(world.counts.hot / 100) % world.hot.length
  world.counts.hot += 1
  await buy(turn, guest(turn), [one(world.hot[index]!)])
}

const spread: Scenario = async (turn) => {
  const { world, random } = turn
  const person = await somebody(turn)
  if (!person) return
  const lines = Array.from({ length: random.int(1, 3) }, () =>
    one(random.pick(world.spread), random.int(1, 3)),
  )
  const bought = await buy(turn, person, lines)
  if (bought && random.chance(0.3)) await readOrder(world.client, bought.attempt, bought.answer)
}

/** One product in two lines, as far as a cart lets it: its lines are summed. */
const bundle: Scenario = async (turn) => {
  const shelf = turn.random.pick(turn.world.spread)
  await buy(turn, guest(turn), [
    one(shelf),
    one(turn.random.pick(turn.world.spread)),
    one(shelf, 2),
  ])
}

const crossing: Scenario = async (turn) => {
  const [a, b] = turn.random.pick(turn.world.pairs)
  const lines = turn.random.chance(0.5) ? [one(a), one(b)] : [one(b), one(a)]
  await buy(turn, guest(turn), lines)
}

const lastUnits: Scenario = async (turn) => {
  const { world, random } = turn
  await buy(turn, guest(turn), [one(random.pick(world.last), random.int(2, 3))])
}

/** Cancels right behind the answer, from two sides. */
const cancelRace: Scenario = async (turn) => {
  const { world, process, random } = turn
  const bought = await buy(turn, guest(turn), [one(random.pick(world.spread))])
  if (!bought?.answer.order) return
  const { attempt, answer } = bought
  await Promise.all([
    cancel(world.client, attempt, answer),
    ...(random.chance(0.5) ? [cancel(world.client, attempt, answer, `${process}b`)] : []),
  ])
}

const restockRace: Scenario = async (turn) => {
  const { world, random, process } = turn
  const shelf = random.pick(world.restocked)
  if (random.chance(0.3)) {
    await world.staff.adjust(shelf.sku, random.pick([5, 8, -1]), process)
    return
  }
  await buy(turn, guest(turn), [one(shelf)])
}

const priceRace: Scenario = async (turn) => {
  const { world, random, process } = turn
  const shelf = random.pick(world.priced)
  if (random.chance(0.25)) {
    await world.staff.setPrice(shelf, random.int(100, 20_000), process)
    return
  }
  await buy(turn, guest(turn), [one(shelf, random.int(1, 3)), one(random.pick(world.priced))])
}

const archiveRace: Scenario = async (turn) => {
  const { world, random, process } = turn
  const shelf = random.pick(world.fleeting)
  const person = guest(turn)
  if (!(await fill(turn, person, [one(shelf)]))) return
  const attempt = newAttempt(random, person, 'tok_visa')
  world.open.set(attempt.key, attempt)
  const archived = random.chance(0.4) ? world.staff.archive(shelf, `${process}b`) : undefined
  knownNow(world, attempt, await place(world.client, attempt))
  await archived
}

/** One cart checked out twice at once, under two keys. */
const twoDevices: Scenario = async (turn) => {
  const { world, random, process } = turn
  const person = await somebody(turn)
  if (!person || !(await fill(turn, person, [one(random.pick(world.spread), 2)]))) return
  const attempts = [newAttempt(random, person, 'tok_visa'), newAttempt(random, person, 'tok_visa')]
  for (const attempt of attempts) world.open.set(attempt.key, attempt)
  await Promise.all(
    attempts.map(async (attempt, index) => {
      const options = index === 0 ? {} : { process: `${process}b` }
      knownNow(world, attempt, await place(world.client, attempt, options))
    }),
  )
}

/** Logs in with a guest's cart while both carts are written. */
const cartMerge: Scenario = async (turn) => {
  const { world, random, process } = turn
  const own = world.members.filter((each) => each.process === process)
  if (own.length === 0) return
  const member = random.pick(own)
  if (!(await stayLoggedIn(world.client, member))) return
  const visitor: Person = {
    ...member,
    token: undefined,
    cartToken: undefined,
    process: `${process}b`,
  }
  if (!(await fill(turn, visitor, [one(random.pick(world.spread))]))) return
  world.people.add(visitor)
  await Promise.all([
    fill(turn, member, [one(random.pick(world.spread))]),
    fill(turn, visitor, [one(random.pick(world.spread))]),
    logIn(world.client, member, visitor.cartToken),
  ])
}

/** Buys, and adds the same again before the shop has taken the goods out of the cart. */
const buyAgain: Scenario = async (turn) => {
  const shelf = turn.random.pick(turn.world.spread)
  const person = guest(turn)
  const bought = await buy(turn, person, [one(shelf, 2)], 'tok_visa')
  if (bought?.answer.status === 201) await fill(turn, person, [one(shelf)])
}

export const scenarios: Readonly<
  Record<string, { readonly weight: number; readonly run: Scenario }>
> = {
  hot: { weight: 14, run: hot },
  spread: { weight: 20, run: spread },
  bundle: { weight: 5, run: bundle },
  crossing: { weight: 8, run: crossing },
  last: { weight: 6, run: lastUnits },
  cancel: { weight: 10, run: cancelRace },
  restock: { weight: 6, run: restockRace },
  price: { weight: 8, run: priceRace },
  archive: { weight: 3, run: archiveRace },
  devices: { weight: 6, run: twoDevices },
  merge: { weight: 5, run: cartMerge },
  again: { weight: 9, run: buyAgain },
  ...lateScenarios,
}
