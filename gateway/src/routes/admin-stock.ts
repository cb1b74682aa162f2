import type { GetStockResponse, StockMovement } from '@micromart/contracts/product'
import { z } from 'zod'
import { stockCounts } from '../answers/catalogue.ts'
import { count, present, timeAnswer } from '../answers/money.ts'
import { json, needs, route } from '../http/route.ts'
import { adjustIn, stock as stockShape } from '../shapes/admin.ts'
import { sku } from '../shapes/texts.ts'
import { alsoAnswers, headers } from './common.ts'
import { contentEtag } from './if-match.ts'

const common = {
  tag: 'Admin: stock',
  path: '/v1/admin/stock/{sku}',
  auth: needs('stock:write'),
  params: z.object({ sku }),
} as const

const movementAnswer = ({ id, at, delta, kind, reason, orderId }: StockMovement) => ({
  id,
  at: timeAnswer(at),
  delta: count(delta),
  kind,
  reason,
  ...(orderId !== undefined && { orderId }),
})

const stockAnswer = ({ sku: name, stock, movements }: GetStockResponse) => ({
  sku: name,
  ...stockCounts(present(stock)),
  movements: movements.map(movementAnswer),
})

export const adminStockRoutes = [
  route({
    ...common,
    method: 'get',
    summary: 'The stock ledger of a sku',
    budget: 'reads',
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The ledger', shape: stockShape, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params }, { product }) => {
      const answer = stockAnswer(await product.getStock({ sku: params.sku }))
      return json(200, answer, { ETag: contentEtag(answer) })
    },
  }),
  route({
    ...common,
    method: 'post',
    summary: 'Add or take units',
    budget: 'writes',
    audit: 'stock.adjust',
    body: { type: 'json', shape: adjustIn },
    responses: {
      200: { description: 'The ledger afterwards', shape: stockShape },
      ...alsoAnswers(404, 422),
    },
    handler: async ({ params, body: { delta, reason } }, { product }) => {
      const wanted = { sku: params.sku, delta: BigInt(delta), reason }
      return json(200, stockAnswer(await product.adjustStock(wanted)))
    },
  }),
]
