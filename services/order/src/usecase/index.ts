import type { Clock, Ids, Log } from '@micromart/kernel'
import type { Books } from '../model/book-ports.ts'
import type {
  Attended,
  Background,
  Carts,
  Keys,
  Orders,
  Payments,
  Stock,
  TimelineTail,
  Users,
} from '../model/ports.ts'
import { cancelOrder } from './cancel-order.ts'
import { checkBooks } from './check-books.ts'
import { checkout } from './checkout.ts'
import { claimStock } from './claim-stock.ts'
import { continuePayment } from './continue-payment.ts'
import { deliverOrder } from './deliver-order.ts'
import { eraseShopper } from './erase-shopper.ts'
import { exportOrders } from './export-orders.ts'
import { getAnyOrder } from './get-any-order.ts'
import { getOrder } from './get-order.ts'
import { getRefund } from './get-refund.ts'
import { getTimeline } from './get-timeline.ts'
import { hastenOrder } from './hasten-order.ts'
import { hearRefund } from './hear-refund.ts'
import { listAllOrders } from './list-all-orders.ts'
import { listOrders } from './list-orders.ts'
import { listRefunds } from './list-refunds.ts'
import { payOut } from './pay-out.ts'
import { placeOrder } from './place-order.ts'
import { pruneOld } from './prune-old.ts'
import { refundOrder } from './refund-order.ts'
import { settle } from './settle.ts'
import { settleDue } from './settle-due.ts'
import { shipOrder } from './ship-order.ts'
import { takeOverRefunds } from './take-over-refunds.ts'
import { watchOrder } from './watch-order.ts'

export type { OrderDraft } from './place-order.ts'
export type { WholeOrder } from './export-orders.ts'
export type { Refunded } from './refund-order.ts'

export type Ports = {
  readonly carts: Carts
  readonly users: Users
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly keys: Keys
  readonly books: Books
  readonly background: Background
  readonly attended: Attended
  readonly tail: TimelineTail
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly currency: string
}

/** What the order service does. */
export const orderUseCases = (ports: Ports) => {
  const paying = payOut(ports)
  const claiming = claimStock(ports, paying)
  const settling = settle(ports, claiming)
  const takeOver = takeOverRefunds(ports, paying)
  const cancelling = cancelOrder(ports, paying)
  const sweep = settleDue(ports, { settle: settling, claim: claiming, payOut: paying })
  return {
    placeOrder: placeOrder(ports, checkout(ports, settling)),
    getOrder: getOrder(ports),
    listOrders: listOrders(ports),
    getTimeline: getTimeline(ports),
    cancelOrder: cancelling,
    exportOrders: exportOrders(ports),
    continuePayment: continuePayment(ports, settling),
    watchOrder: watchOrder(ports),
    refundOrder: refundOrder(ports, paying),
    getRefund: getRefund(ports),
    listRefunds: listRefunds(ports),
    shipOrder: shipOrder(ports),
    deliverOrder: deliverOrder(ports),
    hastenOrder: hastenOrder(ports, sweep),
    hearRefund: hearRefund(ports, takeOver),
    takeOverRefunds: takeOver,
    listAllOrders: listAllOrders(ports),
    getAnyOrder: getAnyOrder(ports),
    checkBooks: checkBooks(ports),
    eraseShopper: eraseShopper(ports, cancelling),
    pruneOld: pruneOld(ports),
    settleDue: sweep,
  }
}

export type UseCases = ReturnType<typeof orderUseCases>
