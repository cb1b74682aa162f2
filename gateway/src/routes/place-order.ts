import {
  type Order,
  OrderStatus,
  PaymentStatus,
  type PlaceOrderRequest,
  type PlaceOrderResponse,
} from '@micromart/contracts/order'
import { addressMessage } from '../answers/address.ts'
import { moneyMessage, present } from '../answers/money.ts'
import { orderAnswer } from '../answers/order.ts'
import { type Answer, guestsToo, type Input, json, route } from '../http/route.ts'
import { fingerprint } from '../json/canonical.ts'
import { HttpProblem, invalidFields, refusal } from '../problem/problem.ts'
import { order as orderShape, type OrderIn, orderIn } from '../shapes/order.ts'
import { cartName } from './cart-token.ts'
import { alsoAnswers, headers } from './common.ts'

type Sent = Input<unknown, unknown, OrderIn>

const path = '/v1/orders'
const printable = /^[\x20-\x7e]{1,255}$/

/** @throws HttpProblem 400 without a well-formed key */
const keyOf = ({ header }: Sent): string => {
  const key = header('Idempotency-Key')
  if (key === undefined || key === '') throw refusal('idempotency_key_required')
  if (!printable.test(key)) throw refusal('idempotency_key_invalid')
  return key
}

/** A guest is reached by e-mail; a saved address belongs to a member. */
const checkGuest = ({ caller, body }: Sent): void => {
  if (caller.kind === 'user') return
  if (body.email === undefined) {
    throw invalidFields([{ path: '/email', code: 'required', message: 'a guest gives an e-mail' }])
  }
  if (body.addressId !== undefined) {
    const message = 'a guest has no saved addresses'
    throw invalidFields([{ path: '/addressId', code: 'not_allowed', message }])
  }
}

const shipTo = ({ shippingAddress, addressId }: OrderIn): PlaceOrderRequest['shipTo'] => {
  if (addressId !== undefined) return { $case: 'addressId', value: addressId }
  return { $case: 'shippingAddress', value: addressMessage(present(shippingAddress)) }
}

const requestOf = (sent: Sent): PlaceOrderRequest => ({
  idempotencyKey: keyOf(sent),
  fingerprint: fingerprint('POST', path, sent.body),
  cartToken: undefined,
  ...cartName(sent),
  email: sent.body.email,
  shipTo: shipTo(sent.body),
  paymentMethod: sent.body.payment.method,
  paymentToken: sent.body.payment.token,
  expectedTotal: sent.body.expectedTotal && moneyMessage(sent.body.expectedTotal),
})

const isPending = ({ status }: Order): boolean =>
  status === OrderStatus.ORDER_STATUS_PENDING || status === OrderStatus.ORDER_STATUS_PAYMENT_PENDING

const bought: ReadonlySet<OrderStatus> = new Set([
  OrderStatus.ORDER_STATUS_PAID,
  OrderStatus.ORDER_STATUS_SHIPPED,
  OrderStatus.ORDER_STATUS_DELIVERED,
])

const isDeclined = ({ payment }: Order): boolean =>
  payment?.status === PaymentStatus.PAYMENT_STATUS_DECLINED

/** An attempt that the shop ended without a purchase, though not by a decline: a new one may buy. */
const ended = ({ id }: Order, frozen: Extras): HttpProblem =>
  new HttpProblem(503, 'order_ended', {
    params: { orderId: id },
    ...frozen,
    headers: { ...frozen.headers, 'Retry-After': '2' },
  })

type Extras = { readonly headers: Record<string, string>; readonly traceId?: string }

/** "Declined" is a value of the order; for a shopper it is 402. */
const answerOf = ({ order: placed, replayed, traceId }: PlaceOrderResponse): Answer => {
  const order = present(placed)
  const repeated: Record<string, string> = replayed ? { 'Idempotent-Replayed': 'true' } : {}
  const frozen = { headers: repeated, ...(replayed && traceId && { traceId }) }
  if (isDeclined(order)) {
    throw new HttpProblem(402, 'payment_declined', { params: { orderId: order.id }, ...frozen })
  }
  const location = { ...repeated, Location: `${path}/${order.id}` }
  if (isPending(order)) {
    return json(202, orderAnswer(order), { ...location, 'Retry-After': '2' })
  }
  if (!bought.has(order.status)) throw ended(order, frozen)
  return json(201, orderAnswer(order), location)
}

const placed = { shape: orderShape, headers: ['Location', 'Idempotent-Replayed'] }

export const placeOrderRoute = route({
  method: 'post',
  path,
  summary: 'Place an order from the cart',
  tag: 'Orders',
  auth: guestsToo('orders'),
  budget: 'checkout',
  body: { type: 'json', shape: orderIn },
  headers: [headers.idempotencyKey, headers.cartToken],
  responses: {
    201: { description: 'Placed and paid', ...placed },
    202: { description: 'Placed; the outcome of the payment is not known yet', ...placed },
    ...alsoAnswers(402, 404, 409, 422),
  },
  handler: async (sent, { order }) => {
    checkGuest(sent)
    return answerOf(await order.placeOrder(requestOf(sent)))
  },
})
