import { z } from 'zod'
import { orderAnswer, timelineAnswer } from '../answers/order.ts'
import { json, needs, route, withOrderToken } from '../http/route.ts'
import { nothingIn, order as orderShape, orderList, timeline } from '../shapes/order.ts'
import { paging } from '../shapes/queries.ts'
import { id } from '../shapes/texts.ts'
import { alsoAnswers, headers } from './common.ts'
import { named } from './named-order.ts'
import { orderEventsRoute } from './order-events.ts'
import { outcomeAnswer } from './payment-outcome.ts'
import { placeOrderRoute } from './place-order.ts'

const params = z.object({ id })
const placed = { shape: orderShape, headers: ['Location'] }

const one = {
  tag: 'Orders',
  auth: withOrderToken('orders'),
  params,
  headers: [headers.orderToken],
} as const

export const orderRoutes = [
  placeOrderRoute,
  route({
    method: 'get',
    path: '/v1/orders',
    summary: 'My orders, newest first',
    tag: 'Orders',
    auth: needs('orders'),
    budget: 'reads',
    query: z.object(paging),
    responses: { 200: { description: 'A page of orders', shape: orderList } },
    handler: async ({ query }, { order }) => {
      const page = await order.listOrders({ limit: query.limit, cursor: query.cursor })
      return json(200, {
        items: page.items.map(orderAnswer),
        nextCursor: page.nextCursor ?? null,
      })
    },
  }),
  route({
    ...one,
    method: 'get',
    path: '/v1/orders/{id}',
    summary: 'Read an order',
    budget: 'reads',
    responses: { 200: { description: 'The order', shape: orderShape }, ...alsoAnswers(404) },
    handler: async (input, { order }) =>
      json(200, orderAnswer((await order.getOrder(named(input))).order)),
  }),
  route({
    ...one,
    method: 'get',
    path: '/v1/orders/{id}/timeline',
    summary: 'What happened to an order, oldest first',
    budget: 'reads',
    responses: { 200: { description: 'The timeline', shape: timeline }, ...alsoAnswers(404) },
    handler: async (input, { order }) =>
      json(200, timelineAnswer(await order.getTimeline(named(input)))),
  }),
  route({
    ...one,
    method: 'post',
    path: '/v1/orders/{id}/cancel',
    summary: 'Cancel an order before it is shipped, with its full refund',
    budget: 'writes',
    body: { type: 'json', shape: nothingIn, optional: true },
    responses: {
      200: { description: 'Cancelled', shape: orderShape },
      ...alsoAnswers(404, 409, 422),
    },
    handler: async (input, { order }) =>
      json(200, orderAnswer((await order.cancelOrder(named(input))).order)),
  }),
  route({
    ...one,
    method: 'post',
    path: '/v1/orders/{id}/payment',
    summary: 'Go on with a payment, once the shopper has done what `payment.nextAction` said',
    budget: 'checkout',
    body: { type: 'json', shape: nothingIn, optional: true },
    responses: {
      200: { description: 'Paid', ...placed },
      202: { description: 'Still waiting, for the shopper or the provider', ...placed },
      ...alsoAnswers(402, 404, 409, 422),
    },
    handler: async (input, { order }) => {
      const { order: message, traceId } = await order.continuePayment(named(input))
      return outcomeAnswer(message, 200, { headers: {}, ...(traceId && { traceId }) })
    },
  }),
  orderEventsRoute,
]
