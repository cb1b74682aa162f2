import type { ImportProductsResponse, ImportRow, ImportSummary } from '@micromart/contracts/product'
import type { ServerResponse } from 'node:http'
import { count } from '../answers/money.ts'
import { drained } from '../http/drained.ts'

const rowAnswer = (row: ImportRow) => ({
  line: count(row.line),
  handle: row.handle,
  outcome: row.outcome,
  ...(row.code !== undefined && { code: row.code }),
  ...(row.message !== undefined && { message: row.message }),
})

const summaryText = (summary: ImportSummary | undefined): string => {
  const { created = 0n, updated = 0n, unchanged = 0n, failed = 0n } = summary ?? {}
  const counts = { updated: count(updated), unchanged: count(unchanged), failed: count(failed) }
  return JSON.stringify({ created: count(created), ...counts }).slice(1)
}

/** While less than this is known a fault can still become a problem with its own status. */
const holdBackBytes = 1024 * 1024

/**
 * The report of an import as it comes: rows, then the counts. It is held back for its first megabyte, so that all but
 * the largest imports answer a fault with its status; after that a fault cuts the connection.
 */
export const reportWriter = (response: ServerResponse) => {
  let held: string[] = ['{"rows":[']
  let heldBytes = 0
  let isFirst = true

  const flush = async (): Promise<void> => {
    if (!response.headersSent) {
      response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
    }
    const text = held.join('')
    held = []
    heldBytes = 0
    if (!response.write(text)) await drained(response)
  }
  const add = async ({ rows }: ImportProductsResponse): Promise<void> => {
    for (const row of rows) {
      const text = `${isFirst ? '' : ','}${JSON.stringify(rowAnswer(row))}`
      isFirst = false
      held.push(text)
      heldBytes += text.length
    }
    if (response.headersSent || heldBytes > holdBackBytes) await flush()
  }
  const end = async (summary: ImportSummary | undefined): Promise<void> => {
    held.push(`],${summaryText(summary)}`)
    await flush()
    response.end()
  }
  return { add, end }
}
