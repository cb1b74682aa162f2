import { describe, expect, it } from '@jest/globals'
import { planOf } from './tokens.ts'

const declined = (declineCode: string) => ({ end: { status: 'declined', declineCode } })
const approved = { end: { status: 'succeeded' } }

describe('a token', () => {
  it.each([
    ['tok_visa', approved],
    ['tok_declined', declined('card_declined')],
    ['tok_insufficient_funds', declined('insufficient_funds')],
    ['tok_timeout', { ...approved, silent: true }],
    ['tok_timeout_declined', { ...declined('card_declined'), silent: true }],
    ['tok_error', { ...approved, failsFirst: true }],
    ['tok_slow', { ...approved, slow: true }],
    ['tok_pending', { ...approved, first: 'pending' }],
    ['tok_pending_declined', { ...declined('card_declined'), first: 'pending' }],
    ['tok_3ds', { ...approved, first: 'requires_action' }],
    ['tok_3ds_fail', { ...declined('authentication_failed'), first: 'requires_action' }],
    ['tok_3ds_abandon', { end: undefined, first: 'requires_action' }],
    ['tok_refund_refused', { ...approved, keepsMoney: true }],
    ['tok_never_issued', declined('invalid_token')],
    ['constructor', declined('invalid_token')],
  ])('%s has its plan', (token, plan) => {
    expect(planOf(token)).toEqual(plan)
  })
})
