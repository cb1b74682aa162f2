import { insertAll, select } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { StockLine } from '../model/stock.ts'
import { type PartialReturn, unreturned } from '../model/stock-return.ts'
import type { Stamp } from './announce.ts'
import { tables } from './rows.ts'

/**
 * What came back of an order's sale, by sku.
 * @param returnId of one return only
 */
export const returnedLines = async (
  tx: EntityManager,
  orderId: string,
  returnId?: string,
): Promise<readonly StockLine[]> => {
  const one = returnId === undefined ? '' : 'AND return_id = ?'
  const rows = await select<{ sku: string; quantity: string }>(
    tx,
    `SELECT sku, SUM(quantity) AS quantity FROM stock_returns WHERE order_id = ? ${one}
     GROUP BY sku ORDER BY sku`,
    returnId === undefined ? [orderId] : [orderId, returnId],
  )
  return rows.map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) }))
}

/** Writes down what came back. */
export const recordReturn = (
  tx: EntityManager,
  orderId: string,
  { id, lines }: PartialReturn,
  { clock }: Stamp,
): Promise<void> => {
  const createdAt = clock.now()
  const rows = lines.map((line) => ({ ...line, orderId, returnId: id, createdAt }))
  return insertAll(tx, tables.returns, rows)
}

/** The return of a whole order has no id of its own: there is one. */
const wholeReturn = ''

/** Writes down that all that is left of a sale comes back. @returns what that is */
export const returnRest = async (
  tx: EntityManager,
  orderId: string,
  sold: readonly StockLine[],
  stamp: Stamp,
): Promise<readonly StockLine[]> => {
  const lines = unreturned(sold, await returnedLines(tx, orderId))
  await recordReturn(tx, orderId, { id: wholeReturn, lines }, stamp)
  return lines
}
