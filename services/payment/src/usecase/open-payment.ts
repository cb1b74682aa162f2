import { ProviderUnavailable } from '../model/errors.ts'
import { newPayment, type Payment } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'payments' | 'provider' | 'clock' | 'ids'>

/**
 * Registers the payment of an order; charges nothing. Repeatable.
 * @throws ProviderUnavailable for a new payment while the provider is known to fail: better now than after the charge
 */
export const openPayment =
  ({ payments, provider, clock, ids }: Deps) =>
  async (orderId: string): Promise<Payment> => {
    if (!provider.available()) {
      const known = await payments.find(orderId)
      if (known) return known
      throw new ProviderUnavailable()
    }
    const fresh = { id: ids.next(), orderId, provider: provider.name }
    return payments.add(newPayment(fresh, clock.now()))
  }
