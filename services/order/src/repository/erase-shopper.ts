import { type Database, firstTime, inTransaction, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { ErasedOrders, Orders } from '../model/ports.ts'
import { withoutPeople } from '../model/timeline.ts'
import { type OrderRow, ordersTable } from './rows.ts'

const consumer = 'erase-shopper'
const nobody = JSON.stringify({ name: '', line1: '', city: '', postalCode: '', country: '' })

/** By its index: a scan would pass over an order that is being opened, instead of waiting for it. */
const eraseOrders = (tx: EntityManager, userId: string) =>
  write(
    tx,
    `UPDATE orders FORCE INDEX (orders_user)
        SET email = '', ship_to = ?, tracking_code = NULL,
            next_action = IF(status = 'PAYMENT_PENDING', next_action, NULL)
      WHERE user_id = ?`,
    [nobody, userId],
  )

/** Words of staff about the person, and the code under which the carrier knows the address. */
const eraseWords = async (tx: EntityManager, userId: string): Promise<void> => {
  for (const [event, message] of Object.entries(withoutPeople)) {
    await write(
      tx,
      `UPDATE order_timeline t JOIN orders o ON o.id = t.order_id
          SET t.message = ? WHERE o.user_id = ? AND t.event = ?`,
      [message, userId, event],
    )
  }
  await write(
    tx,
    `UPDATE refunds r JOIN orders o ON o.id = r.order_id SET r.reason = '' WHERE o.user_id = ?`,
    [userId],
  )
}

const isUnderWay = ({ status, openRefund }: OrderRow): boolean =>
  ['PENDING', 'PAYMENT_PENDING', 'PAID'].includes(status) || openRefund !== null

const erasedOrders = (rows: readonly OrderRow[]): ErasedOrders => ({
  ids: rows.map(({ id }) => id),
  unshipped: rows.filter(({ status }) => status === 'PAID').map(({ id }) => id),
  isSettled: !rows.some(isUnderWay),
})

export const eraseShopper =
  (db: Database): Orders['erase'] =>
  (userId, at, eventId) =>
    inTransaction(db, async (tx) => {
      const marker = 'INSERT IGNORE INTO erased_users (user_id, erased_at) VALUES (?, ?)'
      if (eventId === undefined || (await firstTime(tx, eventId, consumer))) {
        await write(tx, marker, [userId, at])
        await eraseOrders(tx, userId)
        await eraseWords(tx, userId)
      }
      return erasedOrders(await ordersTable.select(tx, 'WHERE user_id = ? ORDER BY id', [userId]))
    })
