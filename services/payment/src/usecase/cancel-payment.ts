import { cancelled, isUnderWay, newPayment, type Payment } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import { chargeRef } from './ask.ts'
import { patience } from './patience.ts'
import { settle } from './settle.ts'

type Deps = Pick<Ports, 'payments' | 'provider' | 'clock' | 'ids'>

type Command = { readonly orderId: string; readonly deadline: Date | undefined }

/** Where nothing was asked of the provider the row alone decides; afterwards the provider's key does. */
const cancelKnown = async (deps: Deps, payment: Payment, until: Date): Promise<Payment> => {
  const { payments, provider, clock } = deps
  if (isUnderWay(payment)) {
    return settle(deps)(payment, await provider.cancel(chargeRef(payment), until))
  }
  if (payment.status !== 'open') return payment
  const ended = cancelled(payment, clock.now())
  if (await payments.save(ended, payment.status)) return ended
  return cancelKnown(deps, (await payments.find(payment.orderId)) ?? payment, until)
}

/**
 * Ends a payment that is not captured, so that no late charge can succeed. An order without a payment gets a cancelled one:
 * the tombstone that a later charge obeys.
 * @returns cancelled, declined, captured (too late), or still under way: the provider can't be reached, ask again
 */
export const cancelPayment =
  (deps: Deps) =>
  async ({ orderId, deadline }: Command): Promise<Payment> => {
    const { payments, provider, clock, ids } = deps
    const now = clock.now()
    const tombstone = () =>
      cancelled(newPayment({ id: ids.next(), orderId, provider: provider.name }, now), now)
    const payment = (await payments.find(orderId)) ?? (await payments.add(tombstone()))
    return cancelKnown(deps, payment, patience(clock, deadline))
  }
