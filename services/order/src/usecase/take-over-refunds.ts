import type { Clock, Ids, Log } from '@micromart/kernel'
import { mayBeTakenOver, takenOver } from '../model/foreign-refund.ts'
import { after, limits } from '../model/limits.ts'
import type { ForeignMark, Orders, Payments } from '../model/ports.ts'
import type { ForeignRefund } from '../model/refund.ts'
import type { PayOut } from './pay-out.ts'

type Deps = {
  readonly orders: Orders
  readonly payments: Payments
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

const pageSize = 200

const earliest = (refunds: readonly ForeignRefund[]): Date | undefined =>
  refunds.reduce<Date | undefined>(
    (least, { bookedAt }) => (least === undefined || bookedAt < least ? bookedAt : least),
    undefined,
  )

/** One refund becomes its order's. @returns false while that has to wait */
const takingOver = ({ orders, clock, ids, log }: Deps, payOut: PayOut) => {
  const take = async (foreign: ForeignRefund): Promise<boolean> => {
    const { id: refundId, orderId, origin } = foreign
    const order = await orders.byId(orderId)
    if (!order) return true // the books name it (I6)
    if (!mayBeTakenOver(order, foreign)) return false
    const earlier = await orders.refunds(orderId)
    if (earlier.some(({ id }) => id === refundId)) return true
    const taking = { at: clock.now(), earlier, nextId: ids.next() }
    const saved = await orders.save(takenOver(order, foreign, taking))
    if (!saved) return take(foreign) // somebody was faster: decide anew
    log.info({ refundId, orderId, origin, status: saved.status }, 'a refund was taken over')
    await payOut(saved).catch((cause: unknown) => {
      log.warn({ cause, orderId }, 'refund left to the sweeper')
    })
    return true
  }
  return take
}

/**
 * Takes over what was given back without this service: payment is asked for all such refunds since the last time, an event is
 * only a reason to ask at once. The first look of a process begins with the first refund there was, so nothing can be missed
 * for good; what is known costs one query a page.
 */
export const takeOverRefunds = (deps: Deps, payOut: PayOut) => {
  const { orders, payments, log } = deps
  const take = takingOver(deps, payOut)
  /** All that was booked before it has been taken over. */
  let since: Date | undefined

  /** @returns those that have to wait */
  const takeAll = async (page: readonly ForeignRefund[]): Promise<readonly ForeignRefund[]> => {
    const unknown = await orders.unknownRefunds(page.map(({ id }) => id))
    const waiting: ForeignRefund[] = []
    for (const foreign of page.filter(({ id }) => unknown.has(id))) {
      const taken = await take(foreign).catch((cause: unknown) => {
        const { id: refundId, orderId } = foreign
        log.warn({ cause, refundId, orderId }, 'a refund could not be taken over yet')
        return false
      })
      if (!taken) waiting.push(foreign)
    }
    return waiting
  }

  const look = async (): Promise<void> => {
    let mark: ForeignMark | undefined = since && { bookedAt: since, id: undefined }
    const waiting: ForeignRefund[] = []
    for (;;) {
      const page = await payments.foreignRefunds(mark, pageSize)
      const last = page.at(-1)
      if (last === undefined) break
      waiting.push(...(await takeAll(page)))
      mark = { bookedAt: last.bookedAt, id: last.id }
    }
    // A booking is seen at its commit, and clocks differ a little: the next look overlaps this one.
    const end = earliest(waiting) ?? mark?.bookedAt
    if (end !== undefined) since = after(end, -limits.refundOverlap)
  }
  return (): Promise<void> =>
    look().catch((cause: unknown) => {
      log.warn({ cause }, 'refunds that were made elsewhere are asked for again later')
    })
}
