import { type Database, firstTime, inTransaction, write } from '@micromart/store'
import type { Orders } from '../model/ports.ts'

const consumer = 'forget-shopper'
const nobody = JSON.stringify({ name: '', line1: '', city: '', postalCode: '', country: '' })

export const forgetShopper =
  (db: Database): Orders['forget'] =>
  (userId, eventId, at) =>
    inTransaction(db, async (tx) => {
      if (!(await firstTime(tx, eventId, consumer))) return
      await write(tx, 'INSERT IGNORE INTO erased_users (user_id, erased_at) VALUES (?, ?)', [
        userId,
        at,
      ])
      // By its index: a scan would pass over an order that is being opened, instead of waiting for it.
      await write(
        tx,
        `UPDATE orders FORCE INDEX (orders_user) SET email = '', ship_to = ? WHERE user_id = ?`,
        [nobody, userId],
      )
    })
