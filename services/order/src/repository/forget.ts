import { type Database, firstTime, inTransaction } from '@micromart/store'
import type { Orders } from '../model/ports.ts'
import { orderRows } from './rows.ts'

const consumer = 'forget-shopper'
const nobody = { name: '', line1: '', city: '', postalCode: '', country: '' }

export const forgetShopper =
  (db: Database): Orders['forget'] =>
  (userId, eventId) =>
    inTransaction(db, async (tx) => {
      if (!(await firstTime(tx, eventId, consumer))) return
      await tx.update(orderRows, { userId }, { email: '', shipTo: nobody })
    })
