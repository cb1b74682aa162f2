import { DomainError } from '@micromart/kernel'
import { z } from 'zod'
import { orderAnswer } from '../answers/order.ts'
import { refundAnswer, refundMessage } from '../answers/refund.ts'
import { json, needs, route } from '../http/route.ts'
import { nothingIn, order as orderShape } from '../shapes/order.ts'
import { listOf } from '../shapes/queries.ts'
import { refund as refundShape, refundIn, shipIn } from '../shapes/refund.ts'
import { id } from '../shapes/texts.ts'
import { alsoAnswers } from './common.ts'

const common = { tag: 'Admin: orders', params: z.object({ id }) } as const

const moved = {
  200: { description: 'The order', shape: orderShape },
  ...alsoAnswers(404, 409, 422),
}

/** An amount in another currency than the order's is bad input: it says where. */
const withField = async <T>(refunding: Promise<T>): Promise<T> => {
  try {
    return await refunding
  } catch (cause) {
    const isForeign = cause instanceof DomainError && cause.code === 'refund_currency'
    if (!isForeign || cause.fields.length > 0) throw cause
    const message = "must be the order's currency"
    const fields = [{ path: '/amount/currency', code: cause.code, message }]
    throw new DomainError(cause.kind, cause.code, cause.params, { cause, fields })
  }
}

/** Money back, and goods on their way. */
export const adminFulfilmentRoutes = [
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/orders/{id}/refunds',
    summary: 'Pay money back: all of it, an amount, or some units',
    auth: needs('orders:refund'),
    budget: 'writes',
    audit: 'order.refund',
    idempotencyKey: 'required',
    body: { type: 'json', shape: refundIn },
    responses: {
      201: { description: 'The refund; `status` says how far it is', shape: refundShape },
      ...alsoAnswers(404, 409, 422),
    },
    handler: async ({ params, body }, { order }) => {
      const { refund } = await withField(order.refundOrder(refundMessage(params.id, body)))
      return json(201, refundAnswer(refund))
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/orders/{id}/refunds',
    summary: "An order's refunds, oldest first",
    auth: needs('orders:read'),
    budget: 'reads',
    responses: {
      200: { description: 'All of them', shape: listOf(refundShape) },
      ...alsoAnswers(404),
    },
    handler: async ({ params }, { order }) => {
      const { items } = await order.listRefunds({ orderId: params.id })
      return json(200, { items: items.map(refundAnswer), nextCursor: null })
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/orders/{id}/ship',
    summary: 'The goods of a paid order have left',
    auth: needs('orders:ship'),
    budget: 'writes',
    audit: 'order.ship',
    body: { type: 'json', shape: shipIn, optional: true },
    responses: moved,
    handler: async ({ params, body: { carrier, trackingCode } }, { order }) => {
      const shipped = await order.shipOrder({ id: params.id, carrier, trackingCode })
      return json(200, orderAnswer(shipped.order))
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/orders/{id}/deliver',
    summary: 'The goods of a shipped order have arrived',
    auth: needs('orders:ship'),
    budget: 'writes',
    audit: 'order.deliver',
    body: { type: 'json', shape: nothingIn, optional: true },
    responses: moved,
    handler: async ({ params }, { order }) =>
      json(200, orderAnswer((await order.deliverOrder({ id: params.id })).order)),
  }),
]
