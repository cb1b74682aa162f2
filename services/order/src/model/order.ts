import {
  addMoney,
  compareMoney,
  type Money,
  money,
  multiplyMoney,
  subtractMoney,
  sumMoney,
} from '@micromart/kernel'
import type { CartRef } from './cart.ts'
import { OrderNotFound } from './errors.ts'
import type { OrderStatus, PaymentStatus } from './status.ts'
import type { HeldLine, WantedLine } from './stock.ts'

/** A postal address as the shopper wrote it. */
export type Address = {
  readonly name: string
  readonly line1: string
  readonly line2?: string | undefined
  readonly city: string
  readonly region?: string | undefined
  readonly postalCode: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
  readonly phone?: string | undefined
}

/** All in minor units of one currency. total = subtotal + shipping + tax - discount. */
export type Totals = {
  readonly subtotal: Money
  readonly shipping: Money
  readonly tax: Money
  readonly discount: Money
  readonly total: Money
}

/** What the shopper has to do before the payment goes on: for the shopper alone, never in events or logs. */
export type NextAction = { readonly type: string; readonly url: string; readonly expiresAt: Date }

export type OrderPayment = {
  readonly status: PaymentStatus
  readonly method: string
  /** Kept once asked for; it waits while the status is `requires_action`. */
  readonly nextAction: NextAction | undefined
}

/** Who carries the goods, as far as staff has said. */
export type Shipment = {
  readonly carrier: string | undefined
  readonly trackingCode: string | undefined
}

export type Order = {
  readonly id: string
  /** For people: short and unique, such as M-7K2Q-9F4D. */
  readonly number: string
  readonly status: OrderStatus
  /** Grows with each change: the condition of every write. */
  readonly version: number
  /** Undefined for a guest's order, which opens by its order token. */
  readonly userId: string | undefined
  readonly email: string
  readonly shipTo: Address
  /** Titles are empty and prices 0 until product holds the lines. */
  readonly lines: readonly HeldLine[]
  readonly totals: Totals
  readonly payment: OrderPayment
  /**
   * Given back, and what is on its way back. More than the total only while a refund is on its way that cannot come through,
   * because the same money was given back at the provider's desk.
   */
  readonly refunded: Money
  /** The one refund that is on its way. */
  readonly openRefund: string | undefined
  /** Set by shipping. */
  readonly shipment: Shipment
  readonly cart: CartRef
  /** Product took the goods off the shelf: the hold became a sale. */
  readonly stockClaimed: boolean
  readonly holdUntil: Date | undefined
  /** When the sweeper looks at it, and how often it has; undefined when nothing is left to do. */
  readonly dueAt: Date | undefined
  readonly tries: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Who asks: a member by id, or whoever holds the order's token. */
export type Viewer = { readonly userId: string | undefined; readonly holdsToken: boolean }

/** @throws OrderNotFound also for another's order: its existence is nobody's business */
export const openedBy = (order: Order | undefined, viewer: Viewer): Order => {
  if (!order) throw new OrderNotFound()
  const own = order.userId === undefined ? viewer.holdsToken : order.userId === viewer.userId
  if (!own) throw new OrderNotFound()
  return order
}

/** Whether more is given back, or on its way, than there was: one on its way will be refused. */
export const isOvercommitted = ({ totals, refunded }: Pick<Order, 'totals' | 'refunded'>) =>
  compareMoney(refunded, totals.total) > 0

/** What of the payment has not gone back and is not on its way back. */
export const keptOf = (order: Pick<Order, 'totals' | 'refunded'>): Money => {
  const { totals, refunded } = order
  const { currency } = totals.total
  return isOvercommitted(order) ? money(0n, currency) : subtractMoney(totals.total, refunded)
}

export const lineTotal = ({ unitPrice, quantity }: HeldLine): Money =>
  multiplyMoney(unitPrice, quantity)

/** Shipping, tax and discount are 0 until an issue brings them. */
export const totalsOf = (lines: readonly HeldLine[], currency: string): Totals => {
  const subtotal = sumMoney(lines.map(lineTotal), currency)
  const none = money(0n, currency)
  const total = subtractMoney(addMoney(addMoney(subtotal, none), none), none)
  return { subtotal, shipping: none, tax: none, discount: none, total }
}

/** A wanted line before product has named title and price. */
export const unpriced = ({ sku, quantity }: WantedLine, currency: string): HeldLine => ({
  sku,
  quantity,
  title: '',
  unitPrice: money(0n, currency),
})

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ' // Crockford's base 32: no I, L, O, U

/** Eight characters of the id's last 40 random bits. Two orders may meet: the store's unique key decides. */
export const orderNumber = (id: string): string => {
  const bits = BigInt(`0x${id.replaceAll('-', '').slice(-10)}`)
  const text = Array.from({ length: 8 }, (_, at) =>
    alphabet.charAt(Number((bits >> BigInt(35 - 5 * at)) & 31n)),
  ).join('')
  return `M-${text.slice(0, 4)}-${text.slice(4)}`
}
