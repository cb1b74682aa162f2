import type { Payment } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'

/** What is kept of the payments of some orders. Nobody is asked: it is what a person may see of it. */
export const listRecords =
  ({ payments }: Pick<Ports, 'payments'>) =>
  (orderIds: readonly string[]): Promise<readonly Payment[]> =>
    payments.of(orderIds)
