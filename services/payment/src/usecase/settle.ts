import { type Payment, settledBy } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import type { ChargeAnswer } from '../model/provider.ts'

/**
 * Writes down what the provider answered about a payment that is `charging`.
 * @returns the payment as it stands now; still `charging` while the outcome is unknown
 */
export const settle =
  ({ payments, clock }: Pick<Ports, 'payments' | 'clock'>) =>
  async (payment: Payment, answer: ChargeAnswer): Promise<Payment> => {
    const settled = settledBy(payment, answer, clock.now())
    if (settled === payment || (await payments.save(settled))) return settled
    // Somebody else settled it, by the same answer: the provider has one per key.
    return (await payments.find(payment.orderId)) ?? settled
  }
