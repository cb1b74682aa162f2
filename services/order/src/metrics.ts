import {
  type CheckoutStep,
  counter,
  histogram,
  type LabelsOf,
  observe,
  type SpanAttributes,
} from '@micromart/contracts/telemetry'
import { DomainError } from '@micromart/kernel'
import { afterCommit } from '@micromart/store'
import { trace } from '@opentelemetry/api'
import type { Change, Fact } from './model/change.ts'
import type { Order } from './model/order.ts'
import type { Orders } from './model/ports.ts'
import type { Ports, UseCases } from './usecase/index.ts'

type Outcome = LabelsOf<'micromart_orders_total'>['outcome']
type Undone = LabelsOf<'micromart_saga_compensations_total'>['reason']

const meaningOf = (fact: Fact): readonly Outcome[] => {
  if (fact.fact === 'failed') return [fact.reason]
  return fact.fact === 'refunded' && !fact.whole ? [] : [fact.fact]
}

/** What a change means to the business; nothing for the steps in between. */
const outcomesOf = ({ from, to, facts }: Change): readonly Outcome[] => {
  if (facts) return facts.flatMap(meaningOf)
  return from.status !== to.status && to.status === 'PAYMENT_PENDING' ? ['pending'] : []
}

/** What had taken effect before the end: goods were held, or paid for and gone. */
const undoneBy = ({ from, facts = [], entries }: Change): readonly Undone[] => {
  if (entries.some(({ event }) => event === 'stock.lost')) return ['unclaimable']
  if (from.holdUntil === undefined) return []
  return facts.flatMap((fact) => (fact.fact === 'failed' ? [fact.reason] : []))
}

/** Counts what becomes of orders where it is committed, so that the sweeper's outcomes count too, and each once. */
export const countedOrders = (orders: Orders): Orders => {
  const total = counter('micromart_orders_total')
  const undone = counter('micromart_saga_compensations_total')
  const refunds = counter('micromart_order_refunds_total')
  const value = counter('micromart_order_value_minor_total')
  const count = (change: Change, { totals }: Order) => {
    const outcomes = outcomesOf(change)
    for (const outcome of outcomes) total.add(1, { outcome })
    for (const reason of undoneBy(change)) undone.add(1, { reason })
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

type Steps = Pick<Ports, 'carts' | 'stock' | 'payments' | 'orders'>

/** The ports with the steps of a checkout timed, whoever takes them. */
export const timedSteps = ({ carts, stock, payments, orders }: Steps): Steps => {
  const durations = histogram('micromart_checkout_step_duration_seconds')
  const timed = async <T>(step: CheckoutStep, work: Promise<T>): Promise<T> => {
    const began = performance.now()
    let outcome: 'ok' | 'failed' = 'failed'
    try {
      const result = await work
      outcome = 'ok'
      return result
    } finally {
      durations.record((performance.now() - began) / 1_000, { step, outcome })
    }
  }
  return {
    carts: { ...carts, lines: (...of) => timed('cart', carts.lines(...of)) },
    stock: {
      ...stock,
      hold: (...of) => timed('hold', stock.hold(...of)),
      claim: (...of) => timed('claim', stock.claim(...of)),
    },
    payments: {
      ...payments,
      open: (...of) => timed('open', payments.open(...of)),
      charge: (...of) => timed('charge', payments.charge(...of)),
    },
    orders: {
      ...orders,
      save: (change) => {
        const commits = change.to.status === 'PAID' && change.from.status !== 'PAID'
        const saving = orders.save(change)
        return commits ? timed('commit', saving) : saving
      },
    },
  }
}

/** A bounded set: the model's codes, or `unavailable` for all that is not the shopper's doing. */
const refusedAs = (error: unknown): string =>
  error instanceof DomainError && error.kind !== 'internal' && error.kind !== 'unavailable'
    ? error.code
    : 'unavailable'

/** What the trace of a purchase is found by. */
const describe = (order: Order, replayed: boolean): void => {
  const { amount, currency } = order.totals.total
  const attributes: SpanAttributes = {
    'micromart.order.id': order.id,
    'micromart.order.status': order.status,
    'micromart.order.total_minor': Number(amount),
    'micromart.order.currency': currency,
    'micromart.replayed': replayed,
  }
  trace.getActiveSpan()?.setAttributes(attributes)
}

/** PlaceOrder with the time of its answers; one given again counts as a replay. */
export const timed = (placeOrder: UseCases['placeOrder']): UseCases['placeOrder'] => {
  const durations = histogram('micromart_checkout_duration_seconds')
  const replays = counter('micromart_idempotent_replays_total')
  const record = (outcome: string, replayed: boolean, began: number) => {
    if (replayed) replays.add(1)
    else durations.record((performance.now() - began) / 1_000, { outcome })
  }
  return async (draft) => {
    const began = performance.now()
    try {
      const placed = await placeOrder(draft)
      record(placed.order.status.toLowerCase(), placed.replayed, began)
      describe(placed.order, placed.replayed)
      return placed
    } catch (error) {
      const replayed = error instanceof DomainError && error.params['replayed'] !== undefined
      record(refusedAs(error), replayed, began)
      throw error
    }
  }
}

/** How many follow an order right now. */
export const countWatchers = (watchers: () => number): Disposable =>
  observe('micromart_order_watchers', (tell) => tell(watchers()))
