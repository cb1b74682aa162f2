import { PaymentNotFound } from '../model/errors.ts'
import { type Payment, providerKey } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import { patience } from './patience.ts'
import { settle } from './settle.ts'

type Deps = Pick<Ports, 'payments' | 'provider' | 'clock'>

type Query = { readonly orderId: string; readonly deadline: Date | undefined }

/**
 * The payment of an order, as far as it can be known: an open question is put to the provider.
 * @throws PaymentNotFound
 */
export const getPayment =
  (deps: Deps) =>
  async ({ orderId, deadline }: Query): Promise<Payment> => {
    const payment = await deps.payments.find(orderId)
    if (payment === undefined) throw new PaymentNotFound()
    if (payment.status !== 'charging') return payment
    const until = patience(deps.clock, deadline)
    const answer = await deps.provider.find(providerKey(payment), until)
    // Nothing was asked of the provider: the order service may end it, with a tombstone that a late charge obeys.
    if (answer.status === 'never_made') return { ...payment, status: 'open' }
    return settle(deps)(payment, answer)
  }
