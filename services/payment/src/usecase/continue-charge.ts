import { PaymentNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { ask, chargeRef, type Known, written } from './ask.ts'
import { patience } from './patience.ts'

type Deps = Pick<Ports, 'payments' | 'provider' | 'clock'>

type Command = { readonly orderId: string; readonly deadline: Date | undefined }

/**
 * Goes on with a charge that waits for the shopper. One that waits for nobody is looked up instead.
 * @throws PaymentNotFound
 */
export const continueCharge =
  (deps: Deps) =>
  async ({ orderId, deadline }: Command): Promise<Known> => {
    const payment = await deps.payments.find(orderId)
    if (payment === undefined) throw new PaymentNotFound()
    const until = patience(deps.clock, deadline)
    if (payment.status !== 'requires_action') return ask(deps)(payment, until)
    return written(deps, payment, await deps.provider.confirm(chargeRef(payment), until))
  }
