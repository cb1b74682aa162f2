import type { Clock } from '@micromart/kernel'
import type { Orders } from '../model/ports.ts'

/** Forgets keys, locks and notes that nobody can ask for any more. Orders stay. */
export const pruneOld =
  ({ orders, clock }: { readonly orders: Orders; readonly clock: Clock }) =>
  (): Promise<void> =>
    orders.prune(clock.now())
