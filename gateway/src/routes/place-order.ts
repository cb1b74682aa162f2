import type { PlaceOrderRequest, PlaceOrderResponse } from '@micromart/contracts/order'
import { addressMessage } from '../answers/address.ts'
import { moneyMessage, present } from '../answers/money.ts'
import { type Answer, guestsToo, type Input, route } from '../http/route.ts'
import { fingerprint } from '../json/canonical.ts'
import { invalidFields } from '../problem/problem.ts'
import { order as orderShape, type OrderIn, orderIn } from '../shapes/order.ts'
import { cartName } from './cart-token.ts'
import { alsoAnswers, headers } from './common.ts'
import { outcomeAnswer } from './payment-outcome.ts'

type Sent = Input<unknown, unknown, OrderIn>

const path = '/v1/orders'
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
  idempotencyKey: present(sent.header('Idempotency-Key')),
  fingerprint: fingerprint('POST', path, sent.body),
  cartToken: undefined,
  ...cartName(sent),
  email: sent.body.email,
  shipTo: shipTo(sent.body),
  paymentMethod: sent.body.payment.method,
  paymentToken: sent.body.payment.token,
  expectedTotal: sent.body.expectedTotal && moneyMessage(sent.body.expectedTotal),
})

/** A repeated answer is the same bytes, with the trace id of the first. */
const answerOf = ({ order, replayed, traceId }: PlaceOrderResponse): Answer => {
  const headers: Record<string, string> = replayed ? { 'Idempotent-Replayed': 'true' } : {}
  return outcomeAnswer(order, 201, { headers, ...(replayed && traceId && { traceId }) })
}

const placed = { shape: orderShape, headers: ['Location'] }

export const placeOrderRoute = route({
  method: 'post',
  path,
  summary: 'Place an order from the cart',
  tag: 'Orders',
  auth: guestsToo('orders'),
  budget: 'checkout',
  body: { type: 'json', shape: orderIn },
  headers: [headers.cartToken],
  idempotencyKey: 'required',
  responses: {
    201: { description: 'Placed and paid', ...placed },
    202: {
      description:
        'Placed, and not paid yet: the outcome is not known, or `payment.nextAction` says what the shopper has to do',
      ...placed,
    },
    ...alsoAnswers(402, 404, 409, 422),
  },
  handler: async (sent, { order }) => {
    checkGuest(sent)
    return answerOf(await order.placeOrder(requestOf(sent)))
  },
})
