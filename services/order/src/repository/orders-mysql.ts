import type { Ids } from '@micromart/kernel'
import type { Database } from '@micromart/store'
import type { Orders } from '../model/ports.ts'
import { takeDue } from './due-orders.ts'
import { forgetShopper } from './forget.ts'
import { openOrder } from './open-order.ts'
import { pruneOld } from './prune.ts'
import { listOrders, readOrder } from './read-orders.ts'
import { saveOrder } from './save-order.ts'
import { readTimeline } from './timeline-mysql.ts'

/**
 * Orders in MySQL or MariaDB.
 * @param wakeRelay called after a commit that wrote an event
 */
export const ordersMysql = (db: Database, ids: Ids, wakeRelay: () => void): Orders => ({
  open: openOrder(db),
  save: saveOrder({ db, ids, wakeRelay }),
  byId: readOrder(db),
  timeline: (id) => readTimeline(db, id),
  list: listOrders(db),
  takeDue: takeDue(db),
  forget: forgetShopper(db),
  prune: pruneOld(db),
})
