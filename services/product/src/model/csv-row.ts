import { DomainError } from '@micromart/kernel'
import type { Columns, Field } from './csv-columns.ts'
import { handleFrom, isHandle } from './handle.ts'

/** A record as the reader of the file gives it; `broken` names what keeps it from being one. */
export type CsvRecord = {
  /** Line of the file where it starts; the first line is 1. */
  readonly line: number
  readonly cells: readonly string[]
  readonly broken?: string
}

/** A record with a product's handle. A field without a column is undefined, an empty cell is ''. */
export type Row = {
  readonly line: number
  readonly handle: string
  readonly cells: Readonly<Partial<Record<Field, string>>>
}

/** A row that cannot go in. The message is for the report. */
export class RowRefused extends DomainError {
  override readonly name = 'RowRefused'
  readonly text: string

  constructor(code: string, text: string) {
    super('invalid', code)
    this.text = text
  }
}

/**
 * What a spreadsheet takes for the start of a formula, also behind spaces and in its full-width forms. Source: OWASP, CSV
 * Injection.
 */
const startsFormula = /^'*\s*[=+\-@\u{ff1d}\u{ff0b}\u{ff0d}\u{ff20}]|^'*[\t\r\n]/u

/** A spreadsheet must not run what a product says: texts that look like formulas get a quote in front. */
export const guarded = (cell: string): string => (startsFormula.test(cell) ? `'${cell}` : cell)

/** Takes back the quote that `guarded` sets before a formula. */
export const unguarded = (cell: string): string =>
  cell.startsWith("'") && startsFormula.test(cell) ? cell.slice(1) : cell

const cleanCell = (field: Field, cell: string): string => {
  const text = unguarded(cell.trim())
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  if (field === 'description') return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '')
  return text
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
}

const handleOf = (cells: Row['cells']): string => {
  const given = (cells.handle ?? '').toLowerCase()
  if (given !== '') return given
  return handleFrom(cells.title ?? '')
}

/** Whether a record has nothing to say. */
export const isBlank = ({ cells }: CsvRecord): boolean => cells.every((cell) => cell.trim() === '')

/** Names the cells of a record. @throws RowRefused */
export const rowOf = (record: CsvRecord, columns: Columns): Row => {
  const { line, cells, broken } = record
  if (broken !== undefined) throw new RowRefused(broken, 'is no CSV record')
  const named = Object.fromEntries(
    [...columns].map(([field, at]) => [field, cleanCell(field, cells[at] ?? '')]),
  ) as Row['cells']
  const handle = handleOf(named)
  if (handle === '') throw new RowRefused('handle_missing', 'names no product')
  if (!isHandle(handle)) {
    throw new RowRefused(
      'handle_invalid',
      'the handle has other signs than letters, digits, dashes',
    )
  }
  return { line, handle, cells: named }
}
