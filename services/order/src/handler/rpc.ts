import type { OrderServiceServer } from '@micromart/contracts/order'
import { DomainError, systemIds } from '@micromart/kernel'
import { type Caller, serverStream, unary } from '@micromart/service'
import type { Order, Viewer } from '../model/order.ts'
import type { UseCases } from '../usecase/index.ts'
import { booksMessage } from './books-messages.ts'
import { draftOf } from './draft.ts'
import { orderMessage, refundMessage, statusOf, timelineMessage } from './messages.ts'
import type { OrderTokens } from './order-token.ts'
import { shipmentOf, wishOf } from './refund-wish.ts'
import { watchTime } from './watch.ts'

type Asked = { readonly id: string; readonly orderToken?: string | undefined }

const userIdOf = (caller: Caller): string => {
  if (caller.kind !== 'user') throw new DomainError('unauthenticated', 'login_required')
  return caller.id
}

type Paged = { readonly limit: number; readonly cursor?: string | undefined }

/** The gateway asks for 1..100; another caller gets what is nearest. */
const pageOf = ({ limit, cursor }: Paged) => ({
  limit: Math.min(Math.max(limit, 1), 100),
  cursor,
})

const viewing =
  (tokens: OrderTokens) =>
  ({ id, orderToken }: Asked, caller: Caller): Viewer => {
    if (orderToken === undefined) return { userId: userIdOf(caller), holdsToken: false }
    const userId = caller.kind === 'user' ? caller.id : undefined
    return { userId, holdsToken: tokens.opens(id, orderToken) }
  }

/** Message -> command -> use case -> message. */
export const orderRpc = (use: UseCases, tokens: OrderTokens): OrderServiceServer => {
  const viewer = viewing(tokens)
  /** A guest's own answers carry the token that opens the order again. */
  const own = (order: Order) =>
    orderMessage(order, order.userId === undefined ? tokens.of(order.id) : undefined)
  return {
    placeOrder: unary(async (request, { caller }) => {
      const { order, replayed, traceId } = await use.placeOrder(draftOf(request, caller))
      return { order: own(order), replayed, traceId }
    }),
    getOrder: unary(async (request, { caller }) => ({
      order: own(await use.getOrder(request.id, viewer(request, caller))),
    })),
    listOrders: unary(async (request, { caller }) => {
      const { items, nextCursor } = await use.listOrders(userIdOf(caller), pageOf(request))
      return { items: items.map((order) => orderMessage(order)), nextCursor }
    }),
    getTimeline: unary(async (request, { caller }) => {
      const entries = await use.getTimeline(request.id, viewer(request, caller))
      return { items: entries.map(timelineMessage) }
    }),
    cancelOrder: unary(async (request, { caller }) => ({
      order: own(await use.cancelOrder(request.id, viewer(request, caller))),
    })),
    continuePayment: unary(async (request, { caller }) => ({
      order: own(await use.continuePayment(request.id, viewer(request, caller))),
    })),
    watchOrder: serverStream(async function* watch(request, { caller, signal }) {
      using time = watchTime(signal)
      const asked = { id: request.id, viewer: viewer(request, caller), after: request.after }
      for await (const { entry, last } of use.watchOrder({ ...asked, signal: time.signal })) {
        yield { entry: entry && timelineMessage(entry), last }
      }
    }),
    refundOrder: unary(async (request) => {
      const { refund, order } = await use.refundOrder({
        orderId: request.id,
        refundId: systemIds.next(),
        wish: wishOf(request),
      })
      return { refund: refundMessage(refund), order: orderMessage(order) }
    }),
    listRefunds: unary(async ({ orderId }) => ({
      items: (await use.listRefunds(orderId)).map(refundMessage),
    })),
    shipOrder: unary(async (request) => ({
      order: orderMessage(await use.shipOrder(request.id, shipmentOf(request))),
    })),
    deliverOrder: unary(async ({ id }) => ({ order: orderMessage(await use.deliverOrder(id)) })),
    listAllOrders: unary(async (request) => {
      const { status, email, number } = request
      const filter = { status: statusOf(status), email, number: number?.toUpperCase() }
      const { items, nextCursor } = await use.listAllOrders(filter, pageOf(request))
      return { items: items.map((order) => orderMessage(order)), nextCursor }
    }),
    checkBooks: unary(async ({ full }) => booksMessage(await use.checkBooks({ full }))),
    getAnyOrder: unary(async ({ id }) => ({ order: orderMessage(await use.getAnyOrder(id)) })),
  }
}
