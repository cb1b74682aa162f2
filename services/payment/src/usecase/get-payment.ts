import { PaymentNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { ask, type Known } from './ask.ts'
import { patience } from './patience.ts'

type Deps = Pick<Ports, 'payments' | 'provider' | 'clock'>

type Query = { readonly orderId: string; readonly deadline: Date | undefined }

/**
 * The payment of an order, as far as it can be known: an open question is put to the provider.
 * @throws PaymentNotFound
 */
export const getPayment =
  (deps: Deps) =>
  async ({ orderId, deadline }: Query): Promise<Known> => {
    const payment = await deps.payments.find(orderId)
    if (payment === undefined) throw new PaymentNotFound()
    return ask(deps)(payment, patience(deps.clock, deadline))
  }
