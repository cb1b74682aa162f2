import { type Money, multiplyMoney, sumMoney } from '@micromart/kernel'
import type { Cart, Line, Offers, Sight } from './cart.ts'
import { availableOf } from './lines.ts'

/** A line as the shopper sees it, at today's price. */
export type Item = Sight & {
  readonly sku: string
  readonly quantity: number
  readonly lineTotal: Money
  /** Whether the line can be bought as it stands. */
  readonly available: boolean
  /** At most 99; less than `quantity` when the line is too big. */
  readonly availableQuantity: number
}

export type CartView = {
  readonly items: readonly Item[]
  /** Of the available lines. */
  readonly subtotal: Money
  /** Empty for a cart that does not exist yet. */
  readonly version: string
}

const itemOf = (line: Line, offers: Offers): Item => {
  const { sku, quantity, lastSeen } = line
  const offer = offers.get(sku)
  const { productId, handle, title, options, image, price } = offer ?? lastSeen
  const availableQuantity = availableOf(offer)
  const total = { lineTotal: multiplyMoney(price, quantity) }
  const stock = { available: availableQuantity >= quantity, availableQuantity }
  return { sku, productId, handle, title, options, image, quantity, price, ...total, ...stock }
}

/** A cart with fresh prices; what is not sold any more is shown as it was last seen, and not available. */
export const cartView = (cart: Cart, offers: Offers, currency: string): CartView => {
  const items = cart.lines.map((line) => itemOf(line, offers))
  const buyable = items.filter(({ available }) => available).map(({ lineTotal }) => lineTotal)
  return { items, subtotal: sumMoney(buyable, currency), version: cart.version }
}

/** What a shopper without a cart sees. */
export const emptyView = (currency: string): CartView => ({
  items: [],
  subtotal: sumMoney([], currency),
  version: '',
})
