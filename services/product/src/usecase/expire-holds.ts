import type { Log } from '@micromart/kernel'
import type { Stock } from '../model/ports.ts'

const mostPerRun = 500

/** Gives back what holds kept beyond their time. */
export const expireHolds =
  ({ stock, log }: { readonly stock: Stock; readonly log: Log }) =>
  async (): Promise<void> => {
    const expired = await stock.expire(mostPerRun)
    if (expired > 0) log.info({ expired }, 'holds lapsed')
  }
