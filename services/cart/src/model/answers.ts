import { DomainError } from '@micromart/kernel'
import type { Cart } from './cart.ts'
import type { KeptAnswer, Repeatable } from './repeatable.ts'
import type { CartView } from './view.ts'

/** How many answers a cart keeps for writes that come again, and how long they may be together, in UTF-16 units. */
export const mostAnswers = 20
export const mostAnswerText = 256 * 1024

/** How a write ended: with a cart, or refused by the state of things (kind precondition), which binds the key, too. */
export type Outcome = { readonly view: CartView } | { readonly refusal: DomainError }

type Written =
  | { readonly view: CartView }
  | { readonly code: string; readonly params: { readonly [name: string]: string } }

const writtenOf = (outcome: Outcome, traceId: string | undefined): Written => {
  if ('view' in outcome) return outcome
  const { code, params } = outcome.refusal
  return { code, params: traceId === undefined ? params : { ...params, traceId } }
}

const textOf = (outcome: Outcome, traceId: string | undefined): string => {
  const written = writtenOf(outcome, traceId)
  // Amounts are bigint, which JSON does not have.
  return JSON.stringify(written, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

/** What a write was refused with when it came first. */
export class FrozenRefusal extends DomainError {
  override readonly name = 'FrozenRefusal'

  constructor(code: string, params: DomainError['params']) {
    super('precondition', code, params)
  }
}

const outcomeFrom = (answer: string): Outcome => {
  const written = JSON.parse(answer, (name, value: unknown) =>
    name === 'amount' ? BigInt(String(value)) : value,
  ) as Written // by textOf
  if ('view' in written) return written
  return { refusal: new FrozenRefusal(written.code, written.params) }
}

/** A key that came before with something else. */
class IdempotencyMismatch extends DomainError {
  override readonly name = 'IdempotencyMismatch'

  constructor() {
    super('precondition', 'idempotency_mismatch')
  }
}

/**
 * What this very write was answered before; undefined when it is new.
 * @throws IdempotencyMismatch
 */
export const answeredBefore = (
  { answers }: Pick<Cart, 'answers'>,
  { key, scope, fingerprint }: Repeatable,
): Outcome | undefined => {
  const kept = answers.find((each) => each.key === key && each.scope === scope)
  if (!kept) return undefined
  if (kept.fingerprint !== fingerprint) throw new IdempotencyMismatch()
  return outcomeFrom(kept.answer)
}

/** The newest that fit; the very newest stays, however long it is: its write could not be repeated without it. */
const newest = (answers: readonly KeptAnswer[]): readonly KeptAnswer[] => {
  let room = mostAnswerText
  const fits = ({ answer }: KeptAnswer, index: number) => {
    room -= answer.length
    return index === 0 || room >= 0
  }
  return answers.slice(-mostAnswers).toReversed().filter(fits).toReversed()
}

/** The cart with one more answer; of too many the oldest are forgotten. */
export const withAnswer = (cart: Cart, write: Repeatable, outcome: Outcome): Cart => {
  const { key, scope, fingerprint, traceId } = write
  const kept = { key, scope, fingerprint, answer: textOf(outcome, traceId) }
  return { ...cart, answers: newest([...cart.answers, kept]) }
}
