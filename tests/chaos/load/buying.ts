import type { Random } from '../plan/random.ts'
import type { Answer } from './client.ts'
import { newGuest, type Person, stayLoggedIn } from './people.ts'
import {
  addToCart,
  type Attempt,
  continuePayment,
  type Line,
  newAttempt,
  place,
} from './shopping.ts'
import type { World } from './world.ts'

/** One worker's turn: the world, its own random stream, its name. */
export type Turn = { readonly world: World; readonly random: Random; readonly process: string }

export type Scenario = (turn: Turn) => Promise<void>

const cards = {
  tok_visa: 72,
  tok_declined: 6,
  tok_insufficient_funds: 3,
  tok_timeout: 2,
  tok_timeout_declined: 2,
  tok_error: 6,
  tok_slow: 2,
}

const laterCards = {
  tok_pending: 4,
  tok_3ds: 3,
  tok_3ds_fail: 1,
  tok_3ds_abandon: 1,
  tok_late_capture: 2,
}

const cardFor = ({ world, random }: Turn): string =>
  random.weighted<string>({
    ...cards,
    ...(world.features.webhooks && world.features.continues ? laterCards : {}),
  })

export const guest = ({ world, random, process }: Turn): Person => {
  const person = newGuest(random, process)
  world.people.add(person)
  return person
}

/** A member of this worker's own, or a guest. */
export const somebody = async (turn: Turn): Promise<Person | undefined> => {
  const own = turn.world.members.filter(({ process }) => process === turn.process)
  if (own.length === 0 || turn.random.chance(0.6)) return guest(turn)
  const member = turn.random.pick(own)
  return (await stayLoggedIn(turn.world.client, member)) ? member : undefined
}

export const fill = async ({ world, random }: Turn, person: Person, lines: readonly Line[]) => {
  for (const line of lines) {
    const { outcome } = await addToCart(world.client, random, person, line)
    if (outcome !== 'ok') return false
  }
  return true
}

export const knownNow = ({ open }: World, { key }: Attempt, { outcome, status }: Answer): void => {
  if (outcome !== 'info' && status !== 202) open.delete(key)
}

/** The bank wants to see the shopper first. */
const isWaiting = ({ body }: Answer): boolean =>
  (body['payment'] as { status?: string }).status === 'requires_action'

/** A fifth of the attempts come twice, at once or later; some with another body under the same key. */
const send = async (turn: Turn, attempt: Attempt): Promise<Answer> => {
  const { world, random, process } = turn
  const { client, open, counts } = world
  open.set(attempt.key, attempt)
  const twice = random.chance(0.2)
  const atOnce = random.chance(0.5)
  const impatient = random.chance(0.03) ? random.int(20, 400) : undefined
  const options = impatient === undefined ? {} : { timeoutMs: impatient }
  const beside =
    twice && atOnce
      ? place(client, attempt, { process: `${process}b`, op: 'place.again' })
      : undefined
  const answer = await place(client, attempt, options)
  knownNow(world, attempt, answer)
  if (beside) knownNow(world, attempt, await beside)
  if (twice) counts.duplicates += 1
  if (twice && !atOnce) {
    knownNow(world, attempt, await place(client, attempt, { op: 'place.again' }))
  }
  if (
    answer.body['payment'] &&
    isWaiting(answer) &&
    !JSON.stringify(attempt.body).includes('abandon')
  ) {
    // Its key's own answer is asked for in the end.
    await continuePayment(client, attempt, answer)
    if (random.chance(0.3)) await continuePayment(client, attempt, answer, `${process}b`)
  }
  if (random.chance(0.04)) {
    counts.mismatches += 1
    const body = { ...attempt.body, email: `other-${attempt.person.email}` }
    await place(client, attempt, { op: 'place.other', body })
  }
  return answer
}

export const buy = async (
  turn: Turn,
  person: Person,
  lines: readonly Line[],
  card = cardFor(turn),
) => {
  if (!(await fill(turn, person, lines))) return undefined
  const attempt = newAttempt(turn.random, person, card)
  return { attempt, answer: await send(turn, attempt) }
}

export const one = ({ sku }: { sku: string }, quantity = 1): Line => ({ sku, quantity })
