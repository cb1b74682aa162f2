import type { ProductServiceServer } from '@micromart/contracts/product'
import { unary } from '@micromart/service'
import type { HoldStatus, StockLine } from '../model/stock.ts'
import type { UseCases } from '../usecase/index.ts'

/** For the books a lapsed hold is a released one: it holds nothing. */
const states: Readonly<Record<HoldStatus, string>> = {
  held: 'held',
  lapsed: 'released',
  claimed: 'claimed',
  released: 'released',
  returned: 'returned',
}

const lineMessage = ({ sku, quantity }: StockLine) => ({ sku, quantity: BigInt(quantity) })

/** What the books compare, in pages. */
export const booksRpc = (
  use: UseCases,
): Pick<ProductServiceServer, 'listHoldBooks' | 'listStockBooks'> => ({
  listHoldBooks: unary(async ({ afterOrderId, limit }) => {
    const books = await use.listHoldBooks({ after: afterOrderId, limit })
    const items = books.map(({ status, lines, returned, ...book }) => ({
      ...book,
      state: states[status],
      lines: lines.map(lineMessage),
      returned: returned.map(lineMessage),
    }))
    return { items }
  }),
  listStockBooks: unary(async ({ afterSku, limit }) => {
    const books = await use.listStockBooks({ after: afterSku, limit })
    const items = books.map(({ sku, onHand, held, movements, liveHolds }) => ({
      sku,
      onHand: BigInt(onHand),
      held: BigInt(held),
      movements: BigInt(movements),
      liveHolds: BigInt(liveHolds),
    }))
    return { items }
  }),
})
