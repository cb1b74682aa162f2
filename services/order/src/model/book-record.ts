import type { OrderStatus } from './status.ts'

/** Units of one sku. */
export type BookLine = { readonly sku: string; readonly quantity: bigint }

type OrderBookLine = BookLine & { readonly unitPrice: bigint }

/** A refund as order keeps it. */
export type RefundBook = {
  readonly id: string
  readonly amount: bigint
  readonly status: 'pending' | 'refunded' | 'refused'
  readonly updatedAt: Date
}

/** An order with all that this service keeps about it. Amounts in minor units of `currency`. */
export type OrderBook = {
  readonly status: OrderStatus
  /** As in `PaymentStatus`; a text, because the books also read what should not be there. */
  readonly paymentStatus: string
  readonly currency: string
  readonly subtotal: bigint
  readonly shipping: bigint
  readonly tax: bigint
  readonly discount: bigint
  readonly total: bigint
  /** Given back, or on its way back: as the order itself says. */
  readonly refunded: bigint
  readonly userId: string | undefined
  readonly cart: { readonly id: string; readonly key: string }
  readonly stockClaimed: boolean
  readonly dueAt: Date | undefined
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly lines: readonly OrderBookLine[]
  /** Oldest first. */
  readonly timeline: readonly {
    readonly at: Date
    readonly status: OrderStatus
    readonly event: string
  }[]
  readonly refunds: readonly RefundBook[]
  /** What the outbox still holds of it, such as `paid`, or a topic that is none of order's; sent rows are kept for a day. */
  readonly events: readonly { readonly fact: string; readonly sentAt: Date | undefined }[]
  /** Status of the answer that its idempotency key froze; keys are kept for days. */
  readonly answered: OrderStatus | undefined
}

/** Goods of an order. Source: product.ListHoldBooks. */
export type HoldBook = {
  readonly orderId: string
  readonly state: string
  readonly lines: readonly BookLine[]
  /** Units that came back from the sale. */
  readonly returned: readonly BookLine[]
  readonly expiresAt: Date | undefined
  readonly updatedAt: Date | undefined
}

/** Money of an order as payment's ledger sums it. Source: payment.ListPaymentBooks. */
export type PaymentBook = {
  readonly orderId: string
  readonly status: string
  readonly currency: string
  readonly captured: bigint
  readonly refunded: bigint
  /** Debits less credits: 0 in double entry. */
  readonly imbalance: bigint
  /** Refunds that the provider has not confirmed. */
  readonly refundsOpen: bigint
  readonly updatedAt: Date | undefined
}

/** Money of an order as the provider's own ledger sums it. Source: payment.ListProviderBooks. */
export type ProviderBook = {
  readonly orderId: string
  readonly currency: string
  readonly captured: bigint
  readonly refunded: bigint
  readonly captures: number
  readonly updatedAt: Date | undefined
}

/** One order id with what each store says about it. */
export type BookRecord = {
  readonly id: string
  readonly order: OrderBook | undefined
  readonly hold: HoldBook | undefined
  readonly payment: PaymentBook | undefined
  readonly provider: ProviderBook | undefined
  /** Whether the provider keeps a ledger that can be compared at all. */
  readonly providerKnown: boolean
  /** The cart still holds what `order.paid` should have taken out of it. */
  readonly leftInCart: boolean
}

/** A sku's counters beside the sums that they must equal. Source: product.ListStockBooks. */
export type StockBook = {
  readonly sku: string
  readonly onHand: bigint
  readonly held: bigint
  readonly movements: bigint
  readonly liveHolds: bigint
}

/** How far a service is behind. Source: its BacklogService. */
export type BacklogBook = {
  readonly app: string
  readonly unsent: bigint
  readonly oldestUnsentAt: Date | undefined
  readonly openDeadLetters: bigint
  readonly abandonedKeys: bigint
}

/** When it is. The outbox of moves before `eventsSince` may have been pruned. */
export type BookTime = { readonly now: Date; readonly cut: Date; readonly eventsSince: Date }

const latest = (times: readonly (Date | undefined)[]): number =>
  Math.max(0, ...times.map((time) => time?.getTime() ?? 0))

/** The newest change of it in any store, in milliseconds since 1970. */
export const changedAt = ({ order, hold, payment, provider }: BookRecord): number =>
  latest([
    order?.updatedAt,
    ...(order?.timeline ?? []).map(({ at }) => at),
    ...(order?.refunds ?? []).map(({ updatedAt }) => updatedAt),
    hold?.updatedAt,
    payment?.updatedAt,
    provider?.updatedAt,
  ])

const has = (order: OrderBook, ...statuses: readonly OrderStatus[]): boolean =>
  statuses.includes(order.status)

/** Whether somebody has to do something about it still: a shopper, the sweeper, the provider. */
export const hasWorkLeft = (order: OrderBook): boolean =>
  has(order, 'PENDING', 'PAYMENT_PENDING') ||
  (order.status === 'PAID' && !order.stockClaimed) ||
  order.paymentStatus === 'refund_pending' ||
  order.refunds.some(({ status }) => status === 'pending')

export const isUnpaid = (order: OrderBook): boolean => has(order, 'PENDING', 'PAYMENT_PENDING')
export const isSold = (order: OrderBook): boolean => has(order, 'PAID', 'SHIPPED', 'DELIVERED')
export const hasStatus = has

/** Sums equal skus; what comes to nothing is left out. */
export const unitsOf = (
  lines: readonly BookLine[],
  less: readonly BookLine[] = [],
): ReadonlyMap<string, bigint> => {
  const units = new Map<string, bigint>()
  for (const { sku, quantity } of lines) units.set(sku, (units.get(sku) ?? 0n) + quantity)
  for (const { sku, quantity } of less) units.set(sku, (units.get(sku) ?? 0n) - quantity)
  return new Map([...units].filter(([, quantity]) => quantity !== 0n))
}
