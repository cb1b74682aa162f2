import { money } from '@micromart/kernel'
import { type CallContext, keyed, type MessageCodec } from '@micromart/service'
import { trace } from '@opentelemetry/api'
import { IdempotencyMismatch } from '../model/errors.ts'
import type { Order } from '../model/order.ts'
import type { Refund, RefundStatus } from '../model/refund.ts'
import type { OrderStatus, PaymentStatus } from '../model/status.ts'
import type { Refunded } from '../usecase/index.ts'

type Answers = Parameters<typeof keyed>[0]

/** How answers are kept by idempotency key: `once` for one local transaction, `resumed` for steps elsewhere. */
export type KeptAnswers = { readonly once: Answers; readonly resumed: Answers }

/** What of an order changes; the rest is read from its rows, so that personal data stands in one place. */
type OrderState = {
  readonly id: string
  readonly status: OrderStatus
  readonly paymentStatus: PaymentStatus
  readonly refunded: string
  readonly carrier?: string | undefined
  readonly trackingCode?: string | undefined
  readonly updatedAt: string
  /** Trace of the request that was answered first. */
  readonly traceId?: string | undefined
}

type RefundState = {
  readonly order: OrderState
  readonly id: string
  readonly status: RefundStatus
  readonly updatedAt: string
}

const asJson = <T>(): MessageCodec<T> => ({
  encode: (state) => ({ finish: () => Buffer.from(JSON.stringify(state)) }),
  decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as T,
})

const stateOf = ({ id, status, payment, refunded, shipment, updatedAt }: Order): OrderState => ({
  id,
  status,
  paymentStatus: payment.status,
  refunded: refunded.amount.toString(),
  ...shipment,
  updatedAt: updatedAt.toISOString(),
  traceId: trace.getActiveSpan()?.spanContext().traceId,
})

const inState = (order: Order, state: OrderState): Order => ({
  ...order,
  status: state.status,
  payment: { ...order.payment, status: state.paymentStatus },
  refunded: money(BigInt(state.refunded), order.totals.total.currency),
  shipment: { carrier: state.carrier, trackingCode: state.trackingCode },
  updatedAt: new Date(state.updatedAt),
})

/** Requests that name an order by its id. */
type Named = { readonly id: string }

/** @throws IdempotencyMismatch when the key was used for another order */
const sameOrder = <Req extends Named>(request: Req, state: OrderState): Req => {
  if (request.id !== state.id) throw new IdempotencyMismatch()
  return request
}

type Act<Req, T> = (request: Req, call: CallContext) => Promise<T>

/** `traceId`: of the first request, when this is a repeat; the gateway makes the same problem of it, to the byte. */
export type KeptOrder = { readonly order: Order; readonly traceId: string | undefined }

/**
 * An RPC that answers with an order, kept by the request's idempotency key. An order that still waits for its payment is no
 * final answer: a repeat gets it as it is by then.
 */
export const keptOrder = <Req extends Named>(
  answers: Answers,
  name: string,
  act: Act<Req, Order>,
  read: Act<Req, Order>,
): Act<Req, KeptOrder> => {
  return async (request, call) => {
    let mine: { readonly order: Order; readonly state: OrderState } | undefined
    const keep = keyed(answers, name, asJson<OrderState>(), async (asked: Req, context) => {
      const order = await act(asked, context)
      mine = { order, state: stateOf(order) }
      return mine.state
    })
    const state = await keep(request, call)
    if (mine?.state === state) return { order: mine.order, traceId: undefined }
    // Otherwise another attempt's answer is kept.
    const { traceId } = state
    const order = await read(sameOrder(request, state), call)
    return { order: state.status === 'PAYMENT_PENDING' ? order : inState(order, state), traceId }
  }
}

const refundStateOf = ({ refund, order }: Refunded): RefundState => ({
  order: stateOf(order),
  id: refund.id,
  status: refund.status,
  updatedAt: refund.updatedAt.toISOString(),
})

/** The same for a refund with its order. */
export const keptRefund = <Req extends Named>(
  answers: Answers,
  name: string,
  act: Act<Req, Refunded>,
  read: (orderId: string, refundId: string) => Promise<Refunded>,
): Act<Req, Refunded> => {
  return async (request, call) => {
    let mine: { readonly refunded: Refunded; readonly state: RefundState } | undefined
    const keep = keyed(answers, name, asJson<RefundState>(), async (asked: Req, context) => {
      const refunded = await act(asked, context)
      mine = { refunded, state: refundStateOf(refunded) }
      return mine.state
    })
    const state = await keep(request, call)
    if (mine?.state === state) return mine.refunded
    const { refund, order } = await read(sameOrder(request, state.order).id, state.id)
    const { status, updatedAt } = state
    const then: Refund = { ...refund, status, updatedAt: new Date(updatedAt) }
    return { refund: then, order: inState(order, state.order) }
  }
}
