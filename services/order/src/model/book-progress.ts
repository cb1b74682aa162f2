import type { BacklogBook, BookRecord, BookTime, HoldBook, OrderBook } from './book-record.ts'
import { hasWorkLeft } from './book-record.ts'
import { paidAt } from './book-history.ts'
import { type BookRule, wrongs } from './book-rule.ts'
import { after, limits } from './limits.ts'

const minute = 60_000

/** How long each state may last before the books call it stuck; the sweeper's own limits, and a minute for its work. */
const stuckAfter = {
  pending: limits.pendingAtMost + minute / 2,
  paymentPending: limits.paymentPending + minute,
  claim: minute,
  /** Some cards are paid back within days; an unanswered question is asked all the same. */
  refund: limits.paymentPending,
  overdue: minute,
  hold: minute,
  outbox: minute,
} as const

const older = (at: Date | undefined, limit: number, { now }: BookTime): boolean =>
  at !== undefined && after(at, limit) < now

const stuckOrder = (order: OrderBook, time: BookTime): readonly string[] => {
  const { status, createdAt, updatedAt, dueAt } = order
  const unclaimed = status === 'PAID' && !order.stockClaimed
  const owing = order.paymentStatus === 'refund_pending'
  return wrongs([
    [status === 'PENDING' && older(createdAt, stuckAfter.pending, time), 'PENDING for too long'],
    [
      status === 'PAYMENT_PENDING' && older(createdAt, stuckAfter.paymentPending, time),
      'PAYMENT_PENDING for too long',
    ],
    [unclaimed && older(paidAt(order), stuckAfter.claim, time), 'sold, its goods never claimed'],
    [owing && older(updatedAt, stuckAfter.refund, time), 'its refund never came through'],
    [hasWorkLeft(order) && dueAt === undefined, 'unfinished, and nobody will look at it again'],
    [older(dueAt, stuckAfter.overdue, time), 'due, and nobody has looked at it'],
    [
      order.refunds.some(
        (one) => one.status === 'pending' && older(one.updatedAt, stuckAfter.refund, time),
      ),
      'a refund never came through',
    ],
  ])
}

const stuckHold = ({ state, expiresAt }: HoldBook, time: BookTime): readonly string[] =>
  wrongs([[state === 'held' && older(expiresAt, stuckAfter.hold, time), 'its hold has expired']])

export const nothingStuck: BookRule = {
  id: 'I9',
  judge: ({ order, hold }: BookRecord, time) => [
    ...(order ? stuckOrder(order, time) : []),
    ...(hold ? stuckHold(hold, time) : []),
  ],
}

/**
 * A service's backlog is `I9` too; its subject is the app. An abandoned idempotency key is no break: what its attempt began has
 * an owner that ends it, and the key waits for a repeat that may never come.
 */
export const judgeBacklog = (backlog: BacklogBook, time: BookTime): readonly string[] => {
  const { unsent, oldestUnsentAt, openDeadLetters } = backlog
  return wrongs([
    [
      unsent > 0n && older(oldestUnsentAt, stuckAfter.outbox, time),
      `${unsent} events are unsent, the oldest for more than a minute`,
    ],
    [openDeadLetters > 0n, `${openDeadLetters} dead letters wait for a decision`],
  ])
}
