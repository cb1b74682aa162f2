import { type Database, firstTime, inTransaction } from '@micromart/store'
import type { Orders } from '../model/ports.ts'
import { write } from './table.ts'

const consumer = 'forget-shopper'
const nobody = JSON.stringify({ name: '', line1: '', city: '', postalCode: '', country: '' })

export const forgetShopper =
  (db: Database): Orders['forget'] =>
  (userId, eventId) =>
    inTransaction(db, async (tx) => {
      if (!(await firstTime(tx, eventId, consumer))) return
      await write(tx, `UPDATE orders SET email = '', ship_to = ? WHERE user_id = ?`, [
        nobody,
        userId,
      ])
    })
