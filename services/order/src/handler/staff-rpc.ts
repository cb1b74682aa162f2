import type {
  DeliverOrderRequest,
  OrderServiceServer,
  RefundOrderRequest,
  ShipOrderRequest,
} from '@micromart/contracts/order'
import { systemIds } from '@micromart/kernel'
import { actingOf, type CallContext, unary } from '@micromart/service'
import type { UseCases } from '../usecase/index.ts'
import { type KeptAnswers, keptOrder, keptRefund } from './kept-orders.ts'
import { orderMessage, pageOf, refundMessage, statusOf } from './messages.ts'
import { refundIdOf } from './refund-id.ts'
import { shipmentOf, wishOf } from './refund-wish.ts'

type StaffRpc = Pick<
  OrderServiceServer,
  'refundOrder' | 'listRefunds' | 'shipOrder' | 'deliverOrder' | 'listAllOrders' | 'getAnyOrder'
>

/** What staff asks for. */
export const staffRpc = (use: UseCases, { once, resumed }: KeptAnswers): StaffRpc => {
  const ship = keptOrder(
    once,
    'ShipOrder',
    (request: ShipOrderRequest, call: CallContext) =>
      use.shipOrder(request.id, shipmentOf(request), actingOf(call)),
    ({ id }) => use.getAnyOrder(id),
  )
  const deliver = keptOrder(
    once,
    'DeliverOrder',
    ({ id }: DeliverOrderRequest, call: CallContext) => use.deliverOrder(id, actingOf(call)),
    ({ id }) => use.getAnyOrder(id),
  )
  const refund = keptRefund(
    resumed,
    'RefundOrder',
    (request: RefundOrderRequest, call: CallContext) => {
      const refundId = refundIdOf(request.id, call) ?? systemIds.next()
      const [wish, by] = [wishOf(request), actingOf(call)]
      return use.refundOrder({ orderId: request.id, refundId, wish, by })
    },
    use.getRefund,
  )
  return {
    refundOrder: unary(async (request, call) => {
      const done = await refund(request, call)
      return { refund: refundMessage(done.refund), order: orderMessage(done.order) }
    }),
    listRefunds: unary(async ({ orderId }) => ({
      items: (await use.listRefunds(orderId)).map(refundMessage),
    })),
    shipOrder: unary(async (request, call) => ({
      order: orderMessage((await ship(request, call)).order),
    })),
    deliverOrder: unary(async (request, call) => ({
      order: orderMessage((await deliver(request, call)).order),
    })),
    listAllOrders: unary(async (request) => {
      const { status, email, number } = request
      const filter = { status: statusOf(status), email, number: number?.toUpperCase() }
      const { items, nextCursor } = await use.listAllOrders(filter, pageOf(request))
      return { items: items.map((order) => orderMessage(order)), nextCursor }
    }),
    getAnyOrder: unary(async ({ id }) => ({ order: orderMessage(await use.getAnyOrder(id)) })),
  }
}
