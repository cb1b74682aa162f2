import { isId, type Money } from '@micromart/kernel'
import { RequestInvalid } from './errors.ts'

export type StockLine = { readonly sku: string; readonly quantity: number }

/** A held line with what was promised: it never changes, whatever becomes of the product. */
export type HeldLine = StockLine & {
  readonly productId: string
  readonly title: string
  readonly unitPrice: Money
}

/** `available` is what can be had; 0 when the sku is unknown or withdrawn. */
export type Shortage = { readonly sku: string; readonly available: number }

/**
 * held: units are put aside. lapsed: its time was over and the units went back; a claim or a repeated hold takes them
 * again if they are there. claimed: sold. released: given up for good, also as tombstone. returned: sold, then put back.
 */
export const holdStatuses = ['held', 'lapsed', 'claimed', 'released', 'returned'] as const
export type HoldStatus = (typeof holdStatuses)[number]

export type HoldAnswer =
  | { readonly held: true; readonly lines: readonly HeldLine[]; readonly expiresAt: Date }
  | { readonly held: false; readonly shortages: readonly Shortage[] }

export type ClaimAnswer =
  { readonly claimed: true } | { readonly claimed: false; readonly shortages: readonly Shortage[] }

export type MovementKind = 'initial' | 'adjustment' | 'sale' | 'return' | 'import'

export type Movement = {
  readonly id: string
  readonly at: Date
  readonly delta: number
  readonly kind: MovementKind
  readonly reason: string
  readonly orderId: string | undefined
}

export type StockLedger = {
  readonly sku: string
  readonly onHand: number
  readonly held: number
  /** Newest first, at most 100. */
  readonly movements: readonly Movement[]
}

/** How a step changes the counters of each line's sku, in units of the line's quantity. */
const effects = {
  take: { onHand: 0, held: 1 },
  free: { onHand: 0, held: -1 },
  sell: { onHand: -1, held: -1 },
  /** Sells units that are no longer held. */
  sellFree: { onHand: -1, held: 0 },
  putBack: { onHand: 1, held: 0 },
  none: { onHand: 0, held: 0 },
} as const

export type Effect = (typeof effects)[keyof typeof effects]

/** What becomes of a hold, and of the units of its lines. */
export type HoldStep = { readonly to: HoldStatus; readonly effect: Effect }

export type HoldMove = 'hold' | 'claim' | 'release' | 'return' | 'expire'

/** The legal moves. What is not listed changes nothing: each move may be repeated and may come late. */
const moves: Readonly<Record<HoldStatus, Partial<Readonly<Record<HoldMove, HoldStep>>>>> = {
  held: {
    claim: { to: 'claimed', effect: effects.sell },
    release: { to: 'released', effect: effects.free },
    return: { to: 'released', effect: effects.free },
    expire: { to: 'lapsed', effect: effects.free },
  },
  lapsed: {
    hold: { to: 'held', effect: effects.take },
    claim: { to: 'claimed', effect: effects.sellFree },
    release: { to: 'released', effect: effects.none },
    return: { to: 'released', effect: effects.none },
  },
  claimed: { return: { to: 'returned', effect: effects.putBack } },
  released: {},
  returned: {},
}

export const stepOf = (status: HoldStatus, move: HoldMove): HoldStep | undefined =>
  moves[status][move]

/** The first step of an order's hold. */
export const takeEffect: Effect = effects.take

/** The effect of a return of some units of a sale. */
export const putBackEffect: Effect = effects.putBack

const maxTtlSeconds = 86_400
const maxUnits = 1_000_000

export const checkOrderId = (orderId: string): string => {
  if (isId(orderId)) return orderId.toLowerCase()
  throw new RequestInvalid('/orderId', 'order_id_invalid', 'is not an id')
}

export const checkTtl = (seconds: number): number => {
  if (seconds >= 1 && seconds <= maxTtlSeconds) return seconds
  throw new RequestInvalid('/ttlSeconds', 'out_of_range', `is from 1 to ${maxTtlSeconds}`)
}

const bySku = (left: StockLine, right: StockLine): number =>
  left.sku < right.sku ? -1 : Number(left.sku > right.sku)

/**
 * One line per sku, in the order in which all transactions lock stock.
 * @throws RequestInvalid no lines, or a quantity that is not 1..1000000
 */
export const summedLines = (lines: readonly StockLine[]): readonly StockLine[] => {
  if (lines.length === 0) throw new RequestInvalid('/lines', 'required', 'has at least one line')
  const sums = new Map<string, number>()
  for (const [at, { sku, quantity }] of lines.entries()) {
    const sum = (sums.get(sku) ?? 0) + quantity
    if (!Number.isSafeInteger(quantity) || quantity < 1 || sum > maxUnits) {
      throw new RequestInvalid(`/lines/${at}/quantity`, 'out_of_range', `is from 1 to ${maxUnits}`)
    }
    sums.set(sku, sum)
  }
  return [...sums].map(([sku, quantity]) => ({ sku, quantity })).toSorted(bySku)
}

/** @throws RequestInvalid a delta of 0 or beyond 1,000,000 either way */
export const checkDelta = (delta: number): number => {
  if (delta !== 0 && Math.abs(delta) <= maxUnits) return delta
  throw new RequestInvalid('/delta', 'out_of_range', `is within ${maxUnits} either way and not 0`)
}
