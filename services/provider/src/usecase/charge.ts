import type { Charge, ChargeRequest, Outcome } from '../model/charge.ts'
import { IdempotencyMismatch, SimulatedFault } from '../model/errors.ts'
import type { Delays, Ports } from '../model/ports.ts'
import { declinesByFault, type Plan, planOf } from '../model/tokens.ts'

type Deps = Pick<Ports, 'charges' | 'waits' | 'delays' | 'clock' | 'fingerprint'>

/** A tombstone has no fingerprint: whatever comes under its key gets its refusal. */
const sameRequest = (charge: Charge, fingerprint: string): Charge => {
  if (charge.fingerprint !== undefined && charge.fingerprint !== fingerprint) {
    throw new IdempotencyMismatch()
  }
  return charge
}

const outcomeOf = (plan: Plan, { settleMs, actionMs }: Delays, now: Date): Outcome => {
  const { end, first, reversed } = plan
  const after = (ms: number) => new Date(now.getTime() + ms)
  if (first === 'pending' && end) return { status: first, dueAt: after(settleMs), next: end }
  if (first === 'requires_action') return { status: first, dueAt: after(actionMs), next: end }
  if (reversed && end?.status === 'declined') {
    return { ...end, dueAt: after(settleMs), next: { status: 'succeeded' } }
  }
  return end ?? { status: 'declined', declineCode: 'card_declined' }
}

export type ChargeCommand = ChargeRequest & {
  /** A fault is armed: whatever the token says, it is declined. */
  readonly declined: boolean
}

/**
 * Charges a card token once per key, in the way the token asks for. A repeat gets the kept outcome at once.
 * @throws IdempotencyMismatch for another request under the key; SimulatedFault
 */
export const charge =
  ({ charges, waits, delays, clock, fingerprint: hash }: Deps) =>
  async ({ key, amount, token, reference, declined }: ChargeCommand): Promise<Charge> => {
    const request = {
      amount: amount.amount.toString(),
      currency: amount.currency,
      token,
      reference,
    }
    const fingerprint = hash(request)
    const plan = declined ? declinesByFault : planOf(token)
    const { slow, silent, failsFirst, keepsMoney = false } = plan
    // What is charged at once needs no look before: the key decides.
    const earlier = slow || failsFirst ? await charges.find(key) : undefined
    if (earlier) return sameRequest(earlier, fingerprint)
    if (failsFirst && (await charges.failOnce(key))) throw new SimulatedFault()
    if (slow) await waits.slow()
    const outcome = outcomeOf(plan, delays, clock.now())
    const kept = await charges.settle({ key, amount, reference, fingerprint, outcome, keepsMoney })
    if (silent && kept.fresh) await waits.silent()
    return sameRequest(kept.charge, fingerprint)
  }
