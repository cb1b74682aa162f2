import type { OrderServiceServer } from '@micromart/contracts/order'
import { DomainError } from '@micromart/kernel'
import { type Caller, type CallContext, serverStream, unary } from '@micromart/service'
import type { Order, Viewer } from '../model/order.ts'
import type { UseCases } from '../usecase/index.ts'
import { booksMessage } from './books-messages.ts'
import { draftOf } from './draft.ts'
import { type KeptAnswers, keptOrder } from './kept-orders.ts'
import { orderMessage, pageOf, timelineMessage, wholeOrderMessage } from './messages.ts'
import type { OrderTokens } from './order-token.ts'
import { staffRpc } from './staff-rpc.ts'
import { watchTime } from './watch-time.ts'

type Asked = { readonly id: string; readonly orderToken?: string | undefined }

const userIdOf = (caller: Caller): string => {
  if (caller.kind !== 'user') throw new DomainError('unauthenticated', 'authentication_required')
  return caller.id
}

const viewing =
  (tokens: OrderTokens) =>
  ({ id, orderToken }: Asked, caller: Caller): Viewer => {
    if (orderToken === undefined) return { userId: userIdOf(caller), holdsToken: false }
    const userId = caller.kind === 'user' ? caller.id : undefined
    return { userId, holdsToken: tokens.opens(id, orderToken) }
  }

type Means = { readonly tokens: OrderTokens; readonly answers: KeptAnswers }

/** Message -> command -> use case -> message. */
export const orderRpc = (use: UseCases, { tokens, answers }: Means): OrderServiceServer => {
  const viewer = viewing(tokens)
  const keptOwn = (name: string, act: (id: string, by: Viewer) => Promise<Order>) => {
    const asked =
      (work: typeof act) =>
      (request: Asked, { caller }: CallContext) =>
        work(request.id, viewer(request, caller))
    return keptOrder(answers.resumed, name, asked(act), asked(use.getOrder))
  }
  const cancel = keptOwn('CancelOrder', use.cancelOrder)
  const proceed = keptOwn('ContinuePayment', use.continuePayment)
  /** A guest's own answers carry the token that opens the order again. */
  const own = (order: Order) =>
    orderMessage(order, order.userId === undefined ? tokens.of(order.id) : undefined)
  return {
    ...staffRpc(use, answers),
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
    exportOrders: serverStream(async function* whole(_request, { caller }) {
      for await (const one of use.exportOrders(userIdOf(caller))) yield wholeOrderMessage(one)
    }),
    getTimeline: unary(async (request, { caller }) => {
      const entries = await use.getTimeline(request.id, viewer(request, caller))
      return { items: entries.map(timelineMessage) }
    }),
    cancelOrder: unary(async (request, call) => ({
      order: own((await cancel(request, call)).order),
    })),
    continuePayment: unary(async (request, call) => {
      const { order, traceId } = await proceed(request, call)
      return { order: own(order), traceId }
    }),
    watchOrder: serverStream(async function* watch(request, { caller, signal }) {
      using time = watchTime(signal, caller)
      const asked = { id: request.id, viewer: viewer(request, caller), after: request.after }
      for await (const { entry, last } of use.watchOrder({ ...asked, signal: time.signal })) {
        yield { entry: entry && timelineMessage(entry), last }
      }
    }),
    checkBooks: unary(async ({ full }) => booksMessage(await use.checkBooks({ full }))),
  }
}
