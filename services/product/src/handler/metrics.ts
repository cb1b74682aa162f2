import { metrics } from '@opentelemetry/api'
import type { Outcome } from '../model/import-plan.ts'
import type { HoldAnswer } from '../model/stock.ts'

/** What operations sees of stock and imports; labels are bounded. */
export type Watch = {
  readonly held: (answer: HoldAnswer) => void
  readonly claimed: (claimed: boolean) => void
  readonly lapsed: (holds: number) => void
  readonly imported: (outcome: Outcome) => void
}

/** Made once telemetry runs: instruments made before count nothing. */
export const productWatch = (): Watch => {
  const meter = metrics.getMeter('@micromart/product')
  const failures = meter.createCounter('micromart_stock_reservation_failures', {
    description: 'Holds and claims that were refused',
  })
  const holds = meter.createCounter('micromart_stock_holds', { description: 'Holds by outcome' })
  const rows = meter.createCounter('micromart_import_rows', {
    description: 'Rows of imported files by outcome',
  })
  return {
    held: ({ held }) => {
      holds.add(1, { outcome: held ? 'held' : 'refused' })
      if (!held) failures.add(1, { reason: 'out_of_stock' })
    },
    claimed: (claimed) => {
      if (!claimed) failures.add(1, { reason: 'claim_refused' })
    },
    lapsed: (lapsed) => {
      if (lapsed > 0) holds.add(lapsed, { outcome: 'lapsed' })
    },
    imported: (outcome) => rows.add(1, { outcome }),
  }
}
