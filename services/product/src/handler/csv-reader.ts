import { Readable, Transform, type TransformCallback } from 'node:stream'
import { parse } from 'csv-parse'
import type { CsvRecord } from '../model/csv-row.ts'

/** No cell of a product is longer; an open quote would otherwise take the rest of the file into memory. */
const maxRecordBytes = 1_000_000
const newline = 0x0a
const carriageReturn = 0x0d

/** CRLF and lone CR become LF, also inside quotes: the parser then counts the lines as an editor does. */
const unixLines = (): Transform => {
  let afterReturn = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const out = Buffer.allocUnsafe(chunk.length)
      let length = 0
      for (const byte of chunk) {
        if (!(byte === newline && afterReturn)) {
          out[length] = byte === carriageReturn ? newline : byte
          length += 1
        }
        afterReturn = byte === carriageReturn
      }
      done(null, out.subarray(0, length))
    },
  })
}

type Parsed = {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: { readonly lines: number }
}

/** The parser tells the line of a record's end; blank lines before it belong to its raw text. */
const startOf = ({ raw, info }: Parsed): number => {
  const body = raw.replace(/^\n+/, '').replace(/\n$/, '')
  return info.lines - body.split('\n').length + 1
}

const delimiters = [',', ';', '\t'] as const

/** Spreadsheets of countries with decimal commas separate by semicolons: the header tells. */
const delimiterOf = (head: string): string => {
  const [line = ''] = head.split(/[\r\n]/)
  const counts = delimiters.map((sign) => line.split(sign).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}

const newParser = (delimiter: string, skipped: (line: number, code: string) => void) =>
  parse({
    bom: true,
    delimiter,
    info: true,
    raw: true,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: maxRecordBytes,
    on_skip: (error, raw) => {
      if (error === undefined) return
      const lines = typeof raw === 'string' ? raw.split('\n').length - 1 : 0
      skipped(Math.max(1, Number(error['lines'] ?? 1) - lines), error.code)
    },
  })

/** Reads the first line before the rest: the delimiter has to be known first. */
async function* withHead(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  const source = chunks[Symbol.asyncIterator]()
  for (;;) {
    const { value, done } = await source.next()
    if (done) break
    head = Buffer.concat([head, value as Uint8Array])
    if (head.includes(newline) || head.includes(carriageReturn) || head.length > 65_536) break
  }
  yield head
  for (;;) {
    const { value, done } = await source.next()
    if (done) return
    yield Buffer.from(value as Uint8Array)
  }
}

/**
 * The records of a CSV file as it comes in: UTF-8 with or without BOM, separated by comma, semicolon or tab, quoted cells
 * with line breaks. Holds no more than a few records at once.
 */
export async function* csvRecordsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const source = withHead(chunks)
  const { value: head } = await source.next()
  const first = head ?? Buffer.alloc(0)
  const broken: CsvRecord[] = []
  const parser = newParser(delimiterOf(first.toString('utf8')), (line, code) => {
    broken.push({ line, cells: [], broken: code.toLowerCase() })
  })
  const whole = (async function* () {
    yield first
    yield* source
  })()
  const input = Readable.from(whole, { objectMode: false })
  const lines = unixLines()
  input.on('error', (error) => lines.destroy(error)).pipe(lines)
  lines.on('error', (error) => parser.destroy(error)).pipe(parser)
  try {
    for await (const parsed of parser as AsyncIterable<Parsed>) {
      yield* broken.splice(0)
      yield { line: startOf(parsed), cells: parsed.record }
    }
    yield* broken.splice(0)
  } finally {
    input.destroy()
  }
}
