import { DomainError } from '@micromart/kernel'
import { metrics } from '@opentelemetry/api'
import type { Order } from '../model/order.ts'
import type { UseCases } from '../usecase/index.ts'

const meters = () => {
  const meter = metrics.getMeter('@micromart/order')
  return {
    orders: meter.createCounter('micromart_orders_total', {
      description: 'Answers of PlaceOrder by outcome',
    }),
    durations: meter.createHistogram('micromart_checkout_duration_seconds', { unit: 's' }),
    replays: meter.createCounter('micromart_idempotent_replays_total'),
  }
}

const outcomes: Readonly<Partial<Record<Order['status'], string>>> = {
  PAID: 'paid',
  PAYMENT_PENDING: 'pending',
  FAILED: 'declined',
}

/** A bounded set: the codes of the model's errors, or the kind of anything else. */
const refusedAs = (error: unknown): string =>
  error instanceof DomainError && error.kind !== 'internal' && error.kind !== 'unavailable'
    ? error.code
    : 'unavailable'

/** PlaceOrder with its count and time by outcome; an answer given again counts as a replay only. */
export const measured = (placeOrder: UseCases['placeOrder']): UseCases['placeOrder'] => {
  const { orders, durations, replays } = meters()
  const record = (outcome: string, began: number) => {
    orders.add(1, { outcome })
    durations.record((performance.now() - began) / 1000, { outcome })
  }
  return async (draft) => {
    const began = performance.now()
    try {
      const placed = await placeOrder(draft)
      if (placed.replayed) replays.add(1)
      else record(outcomes[placed.order.status] ?? 'other', began)
      return placed
    } catch (error) {
      if (error instanceof DomainError && error.params['replayed']) replays.add(1)
      else record(refusedAs(error), began)
      throw error
    }
  }
}
