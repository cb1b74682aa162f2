import { type Columns, columnsOf } from '../model/csv-columns.ts'
import { type CsvRecord, isBlank, type Row, rowOf, RowRefused } from '../model/csv-row.ts'
import { FileInvalid } from '../model/errors.ts'
import type { RowReport } from '../model/import-plan.ts'

/** Neighbouring rows of one product; rows that name no product stand alone as failures. */
export type Group =
  | { readonly kind: 'rows'; readonly handle: string; readonly rows: Row[] }
  | { readonly kind: 'failure'; readonly report: RowReport }

/** More rows or text of one product than this are taken as several parts: memory is bounded, whatever the file. */
const mostRows = 1_000
const mostText = 2_000_000
/** What goes in together: little enough that neither its transaction nor its statements make shoppers wait. */
const batchRows = 50
const batchText = 1_000_000

const textOf = ({ cells }: Row): number =>
  Object.values(cells).reduce((sum, cell) => sum + cell.length, 0)

const groupOf = (record: CsvRecord, columns: Columns): Group => {
  try {
    const row = rowOf(record, columns)
    return { kind: 'rows', handle: row.handle, rows: [row] }
  } catch (error) {
    if (!(error instanceof RowRefused)) throw error
    const { code, text } = error
    const report = {
      line: record.line,
      handle: '',
      outcome: 'failed',
      code,
      message: text,
    } as const
    return { kind: 'failure', report }
  }
}

/**
 * Puts neighbouring rows of one handle together.
 * @throws FileInvalid `csv_empty`, `csv_columns_missing`
 */
export async function* groupsOf(records: AsyncIterable<CsvRecord>): AsyncGenerator<Group> {
  let columns: Columns | undefined
  let open: Extract<Group, { kind: 'rows' }> | undefined
  let text = 0
  for await (const record of records) {
    if (columns === undefined) columns = columnsOf(record.cells)
    else if (record.broken !== undefined || !isBlank(record)) {
      const next = groupOf(record, columns)
      const [row] = next.kind === 'rows' ? next.rows : []
      text += row ? textOf(row) : 0
      const room = open && open.rows.length < mostRows && text < mostText
      if (row && room && open?.handle === row.handle) open.rows.push(row)
      else {
        if (open) yield open
        text = row ? textOf(row) : 0
        open = next.kind === 'rows' ? next : undefined
        if (next.kind === 'failure') yield next
      }
    }
  }
  if (open) yield open
  if (columns === undefined) throw new FileInvalid('csv_empty', 'has no line')
}

/** Groups that may go in together: at most so many rows, and each product once. */
export async function* batchesOf(groups: AsyncIterable<Group>): AsyncGenerator<readonly Group[]> {
  let batch: Group[] = []
  let rows = 0
  let text = 0
  const handles = new Set<string>()
  for await (const group of groups) {
    const handle = group.kind === 'rows' ? group.handle : undefined
    const full =
      rows >= batchRows || text >= batchText || (handle !== undefined && handles.has(handle))
    if (full && batch.length > 0) {
      yield batch
      batch = []
      rows = 0
      text = 0
      handles.clear()
    }
    batch.push(group)
    rows += group.kind === 'rows' ? group.rows.length : 1
    text += group.kind === 'rows' ? group.rows.reduce((sum, row) => sum + textOf(row), 0) : 0
    if (handle !== undefined) handles.add(handle)
  }
  if (batch.length > 0) yield batch
}
