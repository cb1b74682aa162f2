import { counter } from '@micromart/contracts/telemetry'
import type { Stock } from './model/ports.ts'
import type { UseCases } from './usecase/index.ts'

/** The stock with its holds counted. Made once telemetry runs: instruments made before count nothing. */
export const countedStock = (stock: Stock): Stock => {
  const failures = counter('micromart_stock_reservation_failures_total')
  const holds = counter('micromart_stock_holds_total')
  return {
    ...stock,
    hold: async (...of) => {
      const answer = await stock.hold(...of)
      holds.add(1, { outcome: answer.held ? 'held' : 'refused' })
      if (!answer.held) failures.add(1, { reason: 'out_of_stock' })
      return answer
    },
    claim: async (orderId) => {
      const answer = await stock.claim(orderId)
      if (!answer.claimed) failures.add(1, { reason: 'claim_refused' })
      return answer
    },
    expire: async (most) => {
      const lapsed = await stock.expire(most)
      if (lapsed > 0) holds.add(lapsed, { outcome: 'lapsed' })
      return lapsed
    },
  }
}

/** The import with its rows counted. */
export const countedImport = (
  importProducts: UseCases['importProducts'],
): UseCases['importProducts'] => {
  const rows = counter('micromart_import_rows_total')
  return async function* (...of) {
    for await (const reports of importProducts(...of)) {
      for (const { outcome } of reports) rows.add(1, { outcome })
      yield reports
    }
  }
}
