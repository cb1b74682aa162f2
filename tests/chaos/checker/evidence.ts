import type { Operation } from '../load/history.ts'
import type { Machine } from '../machine/pulse.ts'
import type { StockRead } from './stock-read.ts'

/** Rows as the checker needs them: numbers are numbers, times are milliseconds. */
export type OrderRow = {
  readonly id: string
  readonly status: string
  readonly paymentStatus: string
  readonly email: string
  /** The canary in the name that it is sent to. */
  readonly addressee: string
  readonly total: number
  readonly subtotal: number
  readonly shipping: number
  readonly tax: number
  readonly discount: number
  readonly stockClaimed: boolean
  readonly isDue: boolean
  readonly createdAt: number
}

type OrderLineRow = {
  readonly orderId: string
  readonly sku: string
  readonly quantity: number
  readonly unitPrice: number
}

export type Movement = {
  readonly sku: string
  readonly delta: number
  readonly kind: string
  readonly orderId: string | null
}

export type Hold = {
  readonly orderId: string
  readonly status: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
}

/** A payment as the payment service knows it. */
type PaymentRow = {
  readonly orderId: string
  readonly status: string
  readonly amount: number
  readonly refunded: number
}

/** A refund that is asked for, wherever it is kept. */
export type RefundRow = {
  readonly owner: 'order' | 'payment'
  /** The same at both. */
  readonly id: string
  readonly orderId: string
  readonly amount: number
  readonly state: 'pending' | 'done' | 'refused'
}

/** A movement of money at the provider; `reference` is the order's id. */
export type LedgerRow = {
  readonly kind: 'capture' | 'refund'
  readonly key: string
  readonly chargeId: string
  readonly reference: string
  readonly amount: number
}

type OutboxRow = {
  readonly owner: string
  readonly id: string
  readonly topic: string
  readonly aggregateId: string
  readonly isSent: boolean
}

type TimelineRow = {
  readonly orderId: string
  readonly status: string
  readonly event: string
}

/** What lies in the databases, streams and carts when all is quiet. */
export type Dump = {
  readonly stock: StockRead
  readonly movements: readonly Movement[]
  readonly holds: readonly Hold[]
  readonly orders: readonly OrderRow[]
  readonly lines: readonly OrderLineRow[]
  readonly timeline: readonly TimelineRow[]
  /** Order by idempotency key. */
  readonly keys: readonly { readonly key: string; readonly orderId: string }[]
  readonly cartCheckouts: readonly { readonly orderId: string }[]
  readonly payments: readonly PaymentRow[]
  readonly refunds: readonly RefundRow[]
  readonly ledger: readonly LedgerRow[]
  readonly outbox: readonly OutboxRow[]
  /** Letters that nobody has decided about, by consumer. */
  readonly deadLetters: Readonly<Record<string, number>>
}

export type FaultRecord = {
  readonly name: string
  readonly armedAt: number
  readonly healedAt: number
  /** How much it has met: processes killed, chunks delayed. */
  readonly touched: number
  /** From healing, in ms; absent when it never came. */
  readonly firstOkMs?: number | undefined
  readonly fullMs?: number | undefined
  /** The same without the time for which others kept the machine busy: what is judged. */
  readonly fairFirstOkMs?: number | undefined
  readonly fairFullMs?: number | undefined
}

/** How a rush for a few units went, and baskets with the same goods in both orders. Answers are such as `503 unavailable`. */
export type Sale = {
  readonly units: number
  readonly buyers: number
  readonly atOnce: number
  /** From the opening to the last answer, in fair ms. */
  readonly tookMs: number
  /** How many times longer it took than on a machine of its own. */
  readonly slowdown: number
  readonly paid: number
  readonly refused: number
  /** First answers that are neither. */
  readonly other: readonly string[]
  readonly baskets: number
  readonly stranded: readonly string[]
}

/** All that a run leaves to be judged. */
export type Evidence = {
  readonly operations: readonly Operation[]
  readonly dump: Dump
  /** The same after every event and webhook came a second time, shuffled. */
  readonly replayed: Dump | undefined
  readonly stockReads: number
  readonly brokenReads: readonly StockRead[]
  readonly faults: readonly FaultRecord[]
  readonly prices: Readonly<Record<string, readonly number[]>>
  readonly initial: Readonly<Record<string, number>>
  /** Skus that somebody has just been refused though nothing was held any more. */
  readonly soldOut: readonly string[]
  /** When Redis may have lost what it had acknowledged: from, to. */
  readonly redisLosses: readonly (readonly [number, number])[]
  /** Whether the shop's own books balance; undefined when it has none. */
  readonly books:
    { readonly consistent: boolean; readonly violations: readonly string[] } | undefined
  /** How long after the load, and what was left when the time was up. */
  readonly restMs?: number
  readonly leftAtRest?: readonly string[]
  readonly sale?: Sale | undefined
  readonly machine?: Machine
  /** Processes that ended without being killed; their supervisors started them again. */
  readonly surprises?: readonly string[]
}

export type Violation = { readonly invariant: string; readonly what: string }

/** Judges one invariant. */
export type Invariant = (evidence: Evidence) => readonly string[]

/** Statuses of an order whose money the shop keeps. */
export const kept = new Set(['PAID', 'SHIPPED', 'DELIVERED'])
/** Statuses of an order that was paid once. */
export const wasPaid = new Set([...kept, 'CANCELLED', 'REFUNDED'])

export const sumBy = <T>(
  rows: Iterable<T>,
  keyOf: (row: T) => string,
  amountOf: (row: T) => number,
): ReadonlyMap<string, number> => {
  const sums = new Map<string, number>()
  for (const row of rows) sums.set(keyOf(row), (sums.get(keyOf(row)) ?? 0) + amountOf(row))
  return sums
}

export const canaryIn = (text: string): string => /cnry[0-9a-z]{10}/.exec(text)?.[0] ?? ''

/** The canary of whoever an order belongs to. */
export const canaryOf = ({ email }: Pick<OrderRow, 'email'>): string => canaryIn(email)

/** A request to buy, for the first time or again. */
export const isPlacing = ({ op }: Pick<Operation, 'op'>): boolean => op.startsWith('place')

/** Attempts by their key, as their shopper sees them. */
export const byKey = (operations: readonly Operation[]): ReadonlyMap<string, Operation[]> =>
  Map.groupBy(operations.filter(isPlacing), ({ user, key }) => `${user} ${key}`)
