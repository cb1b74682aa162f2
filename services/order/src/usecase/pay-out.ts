import { type Clock, DomainError, type Ids, type Log } from '@micromart/kernel'
import type { Order } from '../model/order.ts'
import type { GoodsReturn, Orders, Payments, RefundOutcome, Stock } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import { type RefundEnd, refundEnded } from '../model/refund-end.ts'

/** Gives the money of an order's open refund back, and its goods. Repeatable; what cannot end now the sweeper ends. */
export type PayOut = (order: Order) => Promise<Order>

type Deps = {
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/** What product will never take back cannot be waited for. */
const isHopeless = (error: unknown): boolean =>
  error instanceof DomainError && (error.kind === 'precondition' || error.kind === 'invalid')

export const payOut = ({ stock, payments, orders, clock, ids, log }: Deps): PayOut => {
  const takeBack = async (orderId: string, some?: GoodsReturn): Promise<RefundEnd['goods']> => {
    try {
      await stock.giveBack(orderId, some)
      return 'returned'
    } catch (cause) {
      if (!isHopeless(cause)) throw cause
      log.warn({ cause, orderId, returnId: some?.id }, 'goods could not be booked back')
      return 'return_refused'
    }
  }

  /** One that takes only goods back is nobody's to confirm. */
  const askFor = async (refund: Refund): Promise<RefundOutcome> =>
    refund.amount.amount === 0n ? 'refunded' : payments.refund(refund)

  /** A cancelled order's goods go back whatever the provider says; a refund's lines once it has paid. */
  const end = async (refund: Refund, earlier: readonly Refund[]) => {
    const { orderId, lines, restock } = refund
    const [outcome, all] = await Promise.all([
      askFor(refund),
      restock && lines.length === 0 ? takeBack(orderId) : undefined,
    ])
    if (outcome === 'pending') return undefined
    if (outcome === 'refused') {
      log.warn({ orderId, refundId: refund.id }, 'refund refused by the provider: staff must look')
    }
    const some = outcome === 'refunded' && restock && lines.length > 0
    const goods = some ? await takeBack(orderId, refund) : all
    return { refund, outcome, goods, earlier, nextId: ids.next() }
  }

  const save = async (order: Order, ended: RefundEnd): Promise<Order> => {
    const saved = await orders.save(refundEnded(order, ended, clock.now()))
    if (saved) return saved
    const now = (await orders.byId(order.id)) ?? order
    return now.openRefund === ended.refund.id ? save(now, ended) : now
  }

  const pay: PayOut = async (order) => {
    if (order.openRefund === undefined) return order
    const refunds = await orders.refunds(order.id)
    const refund = refunds.find(({ id }) => id === order.openRefund)
    if (!refund) return order
    const isUnclaimed = order.status === 'PAID' && !order.stockClaimed
    if (isUnclaimed && refund.restock) return order // once its goods are sold, some can come back
    const ended = await end(refund, refunds)
    if (!ended) return order
    const saved = await save(order, ended)
    const goesOn = saved.openRefund !== undefined && saved.openRefund !== refund.id
    return goesOn ? pay(saved) : saved
  }
  return pay
}
