import { DomainError } from '@micromart/kernel'
import { afterCommit } from '@micromart/store'
import { metrics } from '@opentelemetry/api'
import type { Change, Fact } from './model/change.ts'
import type { Order } from './model/order.ts'
import type { Orders } from './model/ports.ts'
import type { UseCases } from './usecase/index.ts'

const meter = () => metrics.getMeter('@micromart/order')

const meaningOf = (fact: Fact): readonly string[] => {
  if (fact.fact === 'failed') return [fact.reason]
  return fact.fact === 'refunded' && !fact.whole ? [] : [fact.fact]
}

/** What a change means to the business; nothing for the steps in between. */
const outcomesOf = ({ from, to, facts }: Change): readonly string[] => {
  if (facts) return facts.flatMap(meaningOf)
  return from.status !== to.status && to.status === 'PAYMENT_PENDING' ? ['pending'] : []
}

/** Counts what becomes of orders where it is committed, so that the sweeper's outcomes count too, and each once. */
export const countedOrders = (orders: Orders): Orders => {
  const total = meter().createCounter('micromart_orders_total', {
    description: 'Orders by outcome: paid, pending, rejected, cancelled, or why they failed',
  })
  const refunds = meter().createCounter('micromart_refunds_total', {
    description: 'Refunds by status: pending as they begin, refunded or refused as they end',
  })
  const value = meter().createCounter('micromart_order_value_minor_total', {
    description: 'Totals of paid orders in minor units',
  })
  const count = (change: Change, { totals }: Order) => {
    const outcomes = outcomesOf(change)
    for (const outcome of outcomes) total.add(1, { outcome })
    const { ended, heard, opened } = change.refunds ?? {}
    for (const refund of [ended, heard, opened]) {
      if (refund) refunds.add(1, { status: refund.status })
    }
    const { amount, currency } = totals.total
    if (outcomes.includes('paid')) value.add(Number(amount), { currency })
  }
  return {
    ...orders,
    save: async (change) => {
      const saved = await orders.save(change)
      if (saved) afterCommit(() => count(change, saved))
      return saved
    },
  }
}

/** A bounded set: the model's codes, or `unavailable` for all that is not the shopper's doing. */
const refusedAs = (error: unknown): string =>
  error instanceof DomainError && error.kind !== 'internal' && error.kind !== 'unavailable'
    ? error.code
    : 'unavailable'

/** PlaceOrder with the time of its answers; one given again counts as a replay. */
export const timed = (placeOrder: UseCases['placeOrder']): UseCases['placeOrder'] => {
  const durations = meter().createHistogram('micromart_checkout_duration_seconds', { unit: 's' })
  const replays = meter().createCounter('micromart_idempotent_replays_total')
  const record = (outcome: string, replayed: boolean, began: number) => {
    if (replayed) replays.add(1)
    else durations.record((performance.now() - began) / 1_000, { outcome })
  }
  return async (draft) => {
    const began = performance.now()
    try {
      const placed = await placeOrder(draft)
      record(placed.order.status.toLowerCase(), placed.replayed, began)
      return placed
    } catch (error) {
      const replayed = error instanceof DomainError && error.params['replayed'] !== undefined
      record(refusedAs(error), replayed, began)
      throw error
    }
  }
}

/** How many follow an order right now. */
export const countWatchers = (watchers: () => number): void => {
  meter()
    .createObservableGauge('micromart_order_watchers', { description: 'Open WatchOrder streams' })
    .addCallback((gauge) => gauge.observe(watchers()))
}
