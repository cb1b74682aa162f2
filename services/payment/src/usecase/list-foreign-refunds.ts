import type { Ports } from '../model/ports.ts'
import type { ForeignMark, ForeignRefund } from '../model/refund.ts'

export type ForeignQuery = { readonly after: ForeignMark | undefined; readonly limit: number }

/** Refunds that no order asked for: the order service takes them over. */
export const listForeignRefunds =
  ({ refunds }: Pick<Ports, 'refunds'>) =>
  ({ after, limit }: ForeignQuery): Promise<readonly ForeignRefund[]> =>
    refunds.foreign(after, limit)
