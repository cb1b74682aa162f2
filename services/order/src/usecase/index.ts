import type { Clock, Ids, Log } from '@micromart/kernel'
import type { Background, Carts, Keys, Orders, Payments, Stock, Users } from '../model/ports.ts'
import { cancelOrder } from './cancel-order.ts'
import { checkout } from './checkout.ts'
import { claimStock } from './claim-stock.ts'
import { forgetShopper } from './forget-shopper.ts'
import { getAnyOrder } from './get-any-order.ts'
import { getOrder } from './get-order.ts'
import { getTimeline } from './get-timeline.ts'
import { listAllOrders } from './list-all-orders.ts'
import { listOrders } from './list-orders.ts'
import { payBack } from './pay-back.ts'
import { placeOrder } from './place-order.ts'
import { pruneOld } from './prune-old.ts'
import { settle } from './settle.ts'
import { settleDue } from './settle-due.ts'

export type { OrderDraft } from './place-order.ts'

export type Ports = {
  readonly carts: Carts
  readonly users: Users
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly keys: Keys
  readonly background: Background
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly currency: string
}

/** What the order service does. */
export const orderUseCases = (ports: Ports) => {
  const paying = payBack(ports)
  const claiming = claimStock(ports, paying)
  const settling = settle(ports, claiming)
  return {
    placeOrder: placeOrder(ports, checkout(ports, settling)),
    getOrder: getOrder(ports),
    listOrders: listOrders(ports),
    getTimeline: getTimeline(ports),
    cancelOrder: cancelOrder(ports, paying),
    listAllOrders: listAllOrders(ports),
    getAnyOrder: getAnyOrder(ports),
    forgetShopper: forgetShopper(ports),
    pruneOld: pruneOld(ports),
    settleDue: settleDue(ports, { settle: settling, claim: claiming, payBack: paying }),
  }
}

export type UseCases = ReturnType<typeof orderUseCases>
