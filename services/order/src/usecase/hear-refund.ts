import type { Background, Orders } from '../model/ports.ts'

type Deps = { readonly orders: Orders; readonly background: Background }

/**
 * Payment is said to give money back that no order asked for: payment is asked at once. A look that is repeated finds nothing
 * new, so the event needs no note.
 * @param refundId undefined while it is only known that there is one; of one that an order knows nothing is to be done
 */
export const hearRefund =
  ({ orders, background }: Deps, takeOver: () => Promise<void>) =>
  async (refundId: string | undefined): Promise<void> => {
    const isKnown = refundId !== undefined && (await orders.unknownRefunds([refundId])).size === 0
    if (!isKnown) background.run(takeOver)
  }
