import type { ChargeAnswer } from '../model/charge-answer.ts'
import { type Payment, settledBy } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'

/**
 * Writes down what the provider answered about a payment that is under way.
 * @returns the payment as it stands now; as it was while the outcome is unknown
 */
export const settle =
  ({ payments, clock }: Pick<Ports, 'payments' | 'clock'>) =>
  async (payment: Payment, answer: ChargeAnswer): Promise<Payment> => {
    const settled = settledBy(payment, answer, clock.now())
    if (settled === payment || (await payments.save(settled, payment.status))) return settled
    // Somebody else moved it: another call or a notice, by the same provider's word.
    return (await payments.find(payment.orderId)) ?? settled
  }
