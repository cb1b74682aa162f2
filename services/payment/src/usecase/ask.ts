import type { ChargeAnswer } from '../model/charge-answer.ts'
import { isUnderWay, type Payment, providerKey } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import type { ChargeRef } from '../model/provider.ts'
import { settle } from './settle.ts'

/** A payment as far as it can be known. */
export type Known = {
  readonly payment: Payment
  /** The provider is sure that what was asked of it never arrived: no charge exists, the row still says `charging`. */
  readonly neverMade: boolean
}

/** How the provider finds the charge of a payment that was started. */
export const chargeRef = (payment: Payment): ChargeRef => {
  const { orderId, chargeId, amount } = payment
  if (amount === undefined) throw new Error(`payment ${payment.id} is under way without an amount`)
  return { key: providerKey(payment), orderId, chargeId, amount }
}

export const written = async (
  deps: Pick<Ports, 'payments' | 'clock'>,
  payment: Payment,
  answer: ChargeAnswer,
): Promise<Known> => ({
  payment: await settle(deps)(payment, answer),
  neverMade: payment.status === 'charging' && answer.status === 'never_made',
})

/** Puts an open question to the provider and writes down the answer. */
export const ask =
  (deps: Pick<Ports, 'payments' | 'provider' | 'clock'>) =>
  async (payment: Payment, until: Date): Promise<Known> => {
    if (!isUnderWay(payment)) return { payment, neverMade: false }
    return written(deps, payment, await deps.provider.find(chargeRef(payment), until))
  }
