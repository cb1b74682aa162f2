import { DomainError, type Log } from '@micromart/kernel'
import { inStatement, inTransaction, select, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Stock } from '../model/ports.ts'
import { stepOf } from '../model/stock.ts'
import type { Stamp } from './announce.ts'
import { applyStep, linesOf } from './hold-steps.ts'

const oneHourMs = 60 * 60 * 1000

/** The hold that ended first. Replicas skip each other's rows. */
const lockDue = async (tx: EntityManager, now: Date): Promise<string | undefined> => {
  const [due] = await select<{ orderId: string }>(
    tx,
    `SELECT order_id AS orderId FROM stock_holds WHERE status = 'held' AND expires_at <= ?
     ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    [now],
  )
  return due?.orderId
}

/** Puts a hold off that could not be lapsed: it must not stand in the way of all that ended after it. */
const postpone = (db: DataSource, orderId: string, now: Date): Promise<unknown> =>
  inStatement(db, (tx) =>
    write(tx, `UPDATE stock_holds SET expires_at = ? WHERE order_id = ? AND status = 'held'`, [
      new Date(now.getTime() + oneHourMs),
      orderId,
    ]),
  )

const passes = (error: unknown): boolean =>
  error instanceof DomainError && error.kind === 'unavailable'

type Ended = 'lapsed' | 'postponed' | 'none'

/** One hold a transaction: a sweep never makes a checkout wait for long. */
const expireOne = async (db: DataSource, stamp: Stamp, log: Log): Promise<Ended> => {
  const now = stamp.clock.now()
  let orderId: string | undefined
  try {
    return await inTransaction(db, async (tx): Promise<Ended> => {
      orderId = await lockDue(tx, now)
      const step = stepOf('held', 'expire')
      if (orderId === undefined || step === undefined) return 'none'
      await applyStep(tx, orderId, await linesOf(tx, orderId), step, stamp)
      return 'lapsed'
    })
  } catch (cause) {
    if (orderId === undefined || passes(cause)) throw cause
    log.error({ orderId, cause }, 'a hold cannot be lapsed, it is put off for an hour')
    await postpone(db, orderId, now)
    return 'postponed'
  }
}

/** Lapses holds that ended. */
export const expireHolds =
  (db: DataSource, stamp: Stamp, log: Log): Stock['expire'] =>
  async (most) => {
    let lapsed = 0
    for (let looked = 0; looked < most; looked += 1) {
      const ended = await expireOne(db, stamp, log)
      if (ended === 'none') break
      if (ended === 'lapsed') lapsed += 1
    }
    return lapsed
  }
