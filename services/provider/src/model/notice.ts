import type { Charge } from './charge.ts'

/** What the merchant is told unasked: of charges that did not end at once, and of every refund. */
export type Notice = {
  /** The event's id, the same at every attempt. */
  readonly id: string
  readonly type: `charge.${'succeeded' | 'declined' | 'refunded'}`
  readonly charge: Charge
  /** With `charge.refunded`: all that has gone back by then, minor units. */
  readonly refunded?: bigint
}

/** A notice on its way, as it is sent. */
export type DueNotice = {
  readonly id: string
  readonly body: string
  readonly createdAt: Date
  /** Attempts so far, with the one that is due. */
  readonly attempt: number
}

const firstMs = 1000
const longestMs = 60_000
const patienceMs = 72 * 3_600_000

/** How long to wait after an attempt that failed: doubled each time, up to a minute. Undefined: three days are enough. */
export const waitAfter = ({ attempt, createdAt }: DueNotice, now: Date): number | undefined => {
  if (now.getTime() - createdAt.getTime() > patienceMs) return undefined
  return Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 10))
}
