import { type Order, OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { present } from '../answers/money.ts'
import { orderAnswer } from '../answers/order.ts'
import { type Answer, json } from '../http/route.ts'
import { HttpProblem } from '../problem/problem.ts'

/** What a frozen answer repeats: the header that says so, and the trace id of the first. */
export type Frozen = { readonly headers: Record<string, string>; readonly traceId?: string }

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
const ended = ({ id }: Order, frozen: Frozen): HttpProblem =>
  new HttpProblem(503, 'order_ended', {
    params: { orderId: id },
    ...frozen,
    headers: { ...frozen.headers, 'Retry-After': '2' },
  })

/**
 * How an order stands once its payment was asked for. "Declined" is a value of the order; for a shopper it is 402.
 * @param paid the status of a purchase: 201 for a new order, 200 for one that went on
 * @throws HttpProblem 402 declined, 503 ended without a purchase
 */
export const outcomeAnswer = (
  message: Order | undefined,
  paid: 200 | 201,
  frozen: Frozen = { headers: {} },
): Answer => {
  const order = present(message)
  if (isDeclined(order)) {
    throw new HttpProblem(402, 'payment_declined', { params: { orderId: order.id }, ...frozen })
  }
  const headers = { ...frozen.headers, Location: `/v1/orders/${order.id}` }
  if (isPending(order)) return json(202, orderAnswer(order), { ...headers, 'Retry-After': '2' })
  if (!bought.has(order.status)) throw ended(order, frozen)
  return json(paid, orderAnswer(order), headers)
}
