import type { DeclineCode, Outcome } from './charge.ts'

/** What a card token makes the simulator do. */
export type Plan = {
  readonly outcome: Outcome
  /** The charge is made after the wait of 2 s. */
  readonly slow?: true
  /** The charge is made at once, the answer comes too late for anybody. */
  readonly silent?: true
  /** The first request of a key gets a server error and has no effect. */
  readonly failsFirst?: true
}

const approves: Plan = { outcome: { status: 'succeeded' } }
const declines = (declineCode: DeclineCode): Plan => ({
  outcome: { status: 'declined', declineCode },
})

const plans: ReadonlyMap<string, Plan> = new Map([
  ['tok_visa', approves],
  ['tok_declined', declines('card_declined')],
  ['tok_insufficient_funds', declines('insufficient_funds')],
  ['tok_timeout', { ...approves, silent: true }],
  ['tok_timeout_declined', { ...declines('card_declined'), silent: true }],
  ['tok_error', { ...approves, failsFirst: true }],
  ['tok_slow', { ...approves, slow: true }],
])

/** An unknown token is declined as `invalid_token`, as a provider does with one that it never issued. */
export const planOf = (token: string): Plan => plans.get(token) ?? declines('invalid_token')
