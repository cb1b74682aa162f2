import { isId } from '@micromart/kernel'
import { RequestInvalid, ReturnExceedsSale } from './errors.ts'
import type { StockLine } from './stock.ts'

/** Some units of a sale that come back: the same id is one return, however often it is told. */
export type PartialReturn = { readonly id: string; readonly lines: readonly StockLine[] }

export const checkReturnId = (returnId: string): string => {
  if (isId(returnId)) return returnId.toLowerCase()
  throw new RequestInvalid('/returnId', 'return_id_invalid', 'is not an id')
}

const unitsIn = (lines: readonly StockLine[], sku: string): number =>
  lines.find((line) => line.sku === sku)?.quantity ?? 0

/** What of a sale has not come back yet. */
export const unreturned = (
  sold: readonly StockLine[],
  returned: readonly StockLine[],
): readonly StockLine[] =>
  sold
    .map(({ sku, quantity }) => ({ sku, quantity: quantity - unitsIn(returned, sku) }))
    .filter(({ quantity }) => quantity > 0)

/** @throws ReturnExceedsSale when these lines and what came back before are more than was sold */
export const checkReturn = (
  sold: readonly StockLine[],
  returned: readonly StockLine[],
  lines: readonly StockLine[],
): void => {
  for (const { sku, quantity } of lines) {
    const of = { sku, sold: unitsIn(sold, sku), returned: unitsIn(returned, sku) }
    if (of.returned + quantity > of.sold) throw new ReturnExceedsSale(of)
  }
}

/** The same units of the same skus, both sorted by sku. */
export const sameLines = (left: readonly StockLine[], right: readonly StockLine[]): boolean =>
  left.length === right.length &&
  left.every(({ sku, quantity }, at) => sku === right[at]?.sku && quantity === right[at].quantity)
