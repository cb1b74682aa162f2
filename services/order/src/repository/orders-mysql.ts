import type { Ids } from '@micromart/kernel'
import type { Database } from '@micromart/store'
import type { Orders } from '../model/ports.ts'
import { takeDue } from './due-orders.ts'
import { eraseShopper } from './erase-shopper.ts'
import { hastenOrder } from './hasten.ts'
import { openOrder } from './open-order.ts'
import { pruneOld } from './prune.ts'
import { listOrders, openAmong, readOrder } from './read-orders.ts'
import { readRefunds, unknownRefunds } from './refunds-mysql.ts'
import { saveOrder, type Told } from './save-order.ts'
import { readTimeline } from './timeline-mysql.ts'

/**
 * Orders in MySQL or MariaDB.
 * @param told called after a commit
 */
export const ordersMysql = (db: Database, ids: Ids, told: Told): Orders => ({
  open: openOrder(db),
  save: saveOrder({ db, ids, told }),
  byId: readOrder(db),
  timeline: (id) => readTimeline(db, id),
  refunds: readRefunds(db),
  unknownRefunds: unknownRefunds(db),
  openAmong: openAmong(db),
  list: listOrders(db),
  takeDue: takeDue(db),
  hasten: hastenOrder(db),
  erase: eraseShopper(db),
  prune: pruneOld(db),
})
