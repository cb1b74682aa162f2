import type { Charge, ChargeRequest } from '../model/charge.ts'
import { IdempotencyMismatch, SimulatedFault } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { planOf } from '../model/tokens.ts'

type Deps = Pick<Ports, 'charges' | 'waits' | 'fingerprint'>

/** A tombstone has no fingerprint: whatever comes under its key gets its refusal. */
const sameRequest = (charge: Charge, fingerprint: string): Charge => {
  if (charge.fingerprint !== undefined && charge.fingerprint !== fingerprint) {
    throw new IdempotencyMismatch()
  }
  return charge
}

/**
 * Charges a card token once per key, in the way the token asks for. A repeat gets the kept outcome at once.
 * @throws IdempotencyMismatch for another request under the key; SimulatedFault
 */
export const charge =
  ({ charges, waits, fingerprint: hash }: Deps) =>
  async ({ key, amount, token, reference }: ChargeRequest): Promise<Charge> => {
    const request = {
      amount: amount.amount.toString(),
      currency: amount.currency,
      token,
      reference,
    }
    const fingerprint = hash(request)
    const { outcome, slow, silent, failsFirst } = planOf(token)
    // What is charged at once needs no look before: the key decides.
    const earlier = slow || failsFirst ? await charges.find(key) : undefined
    if (earlier) return sameRequest(earlier, fingerprint)
    if (failsFirst && (await charges.failOnce(key))) throw new SimulatedFault()
    if (slow) await waits.slow()
    const kept = await charges.settle({ key, amount, reference, fingerprint, outcome })
    if (silent && kept.fresh) await waits.silent()
    return sameRequest(kept.charge, fingerprint)
  }
