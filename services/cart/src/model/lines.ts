import {
  type Cart,
  type Line,
  mostLines,
  mostUnits,
  type Offer,
  type Offers,
  type Sight,
} from './cart.ts'
import {
  CartFull,
  LineFull,
  LineNotFound,
  OutOfStock,
  QuantityInvalid,
  SkuNotFound,
} from './errors.ts'

/** What an edit knows besides the cart: the shop's offers, the time, and the version that a change takes. */
export type Occasion = {
  readonly offers: Offers
  readonly now: Date
  readonly version: string
}

/** Units that can be had, as far as a shopper is told; 0 when the sku is not sold. */
export const availableOf = (offer: Offer | undefined): number =>
  Math.max(0, Math.min(mostUnits, offer?.availableQuantity ?? 0))

const requireQuantity = (quantity: number, least: number): void => {
  const fits = Number.isInteger(quantity) && quantity >= least && quantity <= mostUnits
  if (!fits) throw new QuantityInvalid(least)
}

const requireStock = (sku: string, quantity: number, offer: Offer | undefined): void => {
  const available = availableOf(offer)
  if (quantity > available) throw new OutOfStock(sku, available)
}

const lineOf = (cart: Cart, sku: string): Line | undefined =>
  cart.lines.find((line) => line.sku === sku)

const replaced = (cart: Cart, line: Line): readonly Line[] =>
  cart.lines.map((old) => (old.sku === line.sku ? line : old))

const seen = ({ productId, handle, title, options, image, price }: Offer): Sight => ({
  productId,
  handle,
  title,
  options,
  image,
  price,
})

/**
 * Adds units to a line, or a line to the cart.
 * @throws QuantityInvalid, SkuNotFound, CartFull, LineFull, OutOfStock (params.available: all that is there)
 */
export const addUnits = (
  cart: Cart,
  { sku, quantity }: { readonly sku: string; readonly quantity: number },
  { offers, now, version }: Occasion,
): Cart => {
  requireQuantity(quantity, 1)
  const offer = offers.get(sku)
  if (!offer) throw new SkuNotFound(sku)
  const old = lineOf(cart, sku)
  if (!old && cart.lines.length >= mostLines) throw new CartFull()
  const units = (old?.quantity ?? 0) + quantity
  if (units > mostUnits && availableOf(offer) === mostUnits) throw new LineFull(sku)
  requireStock(sku, units, offer)
  const addedAt = old?.addedAt ?? now.getTime()
  const line: Line = { sku, quantity: units, addedAt, lastSeen: seen(offer) }
  return { ...cart, lines: old ? replaced(cart, line) : [...cart.lines, line], version }
}

/** Takes a line out; the same cart when it has no such line. */
export const withoutLine = (cart: Cart, sku: string, version: string): Cart => {
  if (!lineOf(cart, sku)) return cart
  return { ...cart, lines: cart.lines.filter((line) => line.sku !== sku), version }
}

/**
 * Sets a line's units; 0 takes it out. The version stays when the quantity does.
 * @throws QuantityInvalid, LineNotFound, OutOfStock (also for what is not sold any more)
 */
export const setUnits = (
  cart: Cart,
  { sku, quantity }: { readonly sku: string; readonly quantity: number },
  { offers, version }: Omit<Occasion, 'now'>,
): Cart => {
  requireQuantity(quantity, 0)
  const old = lineOf(cart, sku)
  if (!old) throw new LineNotFound(sku)
  if (quantity === 0) return withoutLine(cart, sku, version)
  const offer = offers.get(sku)
  requireStock(sku, quantity, offer)
  const line: Line = { ...old, quantity, lastSeen: offer ? seen(offer) : old.lastSeen }
  return {
    ...cart,
    lines: replaced(cart, line),
    version: quantity === old.quantity ? cart.version : version,
  }
}

/** Takes all lines out; the cart keeps its id and its memory. */
export const cleared = (cart: Cart, version: string): Cart =>
  cart.lines.length === 0 ? cart : { ...cart, lines: [], version }
