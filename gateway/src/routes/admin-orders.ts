import { z } from 'zod'
import { orderAnswer, orderStatusValue } from '../answers/order.ts'
import { type Answer, json, needs, route } from '../http/route.ts'
import { adminOrderQuery, order as orderShape, orderList } from '../shapes/order.ts'
import { id } from '../shapes/texts.ts'
import { alsoAnswers, headers } from './common.ts'
import { contentEtag } from './if-match.ts'

const common = { tag: 'Admin: orders', auth: needs('orders:read'), budget: 'reads' } as const

const withEtag = (answer: object): Answer => json(200, answer, { ETag: contentEtag(answer) })

export const adminOrderRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/orders',
    summary: "Everybody's orders, newest first",
    query: adminOrderQuery,
    responses: { 200: { description: 'A page of orders', shape: orderList } },
    handler: async ({ query: { limit, cursor, status, email, number } }, { order }) => {
      const filter = { status: orderStatusValue(status), email, number }
      const page = await order.listAllOrders({ limit, cursor, ...filter })
      const nextCursor = page.nextCursor ?? null
      return json(200, { items: page.items.map(orderAnswer), nextCursor })
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/orders/{id}',
    summary: "Read anybody's order",
    params: z.object({ id }),
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The order', shape: orderShape, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params }, { order }) =>
      withEtag(orderAnswer((await order.getAnyOrder({ id: params.id })).order)),
  }),
]
