import type { DeclineCode, End } from './charge.ts'

/** What a card token makes the simulator do. */
export type Plan = {
  /** How the charge ends; undefined: never, until its time is over. */
  readonly end: End | undefined
  /** What it is at first, if it does not end at once. */
  readonly first?: 'pending' | 'requires_action'
  /** The charge is made after the wait of 2 s. */
  readonly slow?: true
  /** The charge is made at once, the answer comes too late for anybody. */
  readonly silent?: true
  /** The first request of a key gets a server error and has no effect. */
  readonly failsFirst?: true
  /** Declined at first, and captured all the same when a pending one would settle. */
  readonly reversed?: true
  /** Refunds of the charge are refused. */
  readonly keepsMoney?: true
}

const approves: Plan = { end: { status: 'succeeded' } }
const declines = (declineCode: DeclineCode): Plan => ({ end: { status: 'declined', declineCode } })

const plans: ReadonlyMap<string, Plan> = new Map([
  ['tok_visa', approves],
  ['tok_declined', declines('card_declined')],
  ['tok_insufficient_funds', declines('insufficient_funds')],
  ['tok_timeout', { ...approves, silent: true }],
  ['tok_timeout_declined', { ...declines('card_declined'), silent: true }],
  ['tok_error', { ...approves, failsFirst: true }],
  ['tok_slow', { ...approves, slow: true }],
  ['tok_pending', { ...approves, first: 'pending' }],
  ['tok_pending_declined', { ...declines('card_declined'), first: 'pending' }],
  ['tok_3ds', { ...approves, first: 'requires_action' }],
  ['tok_3ds_fail', { ...declines('authentication_failed'), first: 'requires_action' }],
  ['tok_3ds_abandon', { end: undefined, first: 'requires_action' }],
  ['tok_late_capture', { ...declines('card_declined'), reversed: true }],
  ['tok_refund_refused', { ...approves, keepsMoney: true }],
])

/** Charges that the caller has a fault armed for. */
export const declinesByFault: Plan = declines('card_declined')

/** An unknown token is declined as `invalid_token`, as a provider does with one that it never issued. */
export const planOf = (token: string): Plan => plans.get(token) ?? declines('invalid_token')
