import { type CsvError, type Options, type Parser, parse } from 'csv-parse'
import type { CsvRecord } from '../model/csv-row.ts'

/** No record of a product is longer: a quote that is never closed must not take the whole file into memory. */
const maxRecordBytes = 1_000_000
/** Each broken record costs reading up to a megabyte twice: a file of nothing else is given up. */
const mostBroken = 100

const unixLines = (text: string): string => text.replace(/\r\n?/g, '\n')

/** UTF-8 without its BOM, lines ending in LF also inside quotes: the parser then counts lines as an editor does. */
async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const chunk of chunks) {
    const text = held + decoder.decode(chunk, { stream: true })
    held = text.endsWith('\r') ? '\r' : '' // perhaps the first half of CRLF
    yield unixLines(held === '' ? text : text.slice(0, -1))
  }
  yield unixLines(held + decoder.decode())
}

/** Text that can be put back to be read again. */
type Source = {
  /** Undefined at the end. */
  readonly next: () => Promise<string | undefined>
  readonly unread: (text: string) => void
}

const sourceOf = (texts: AsyncGenerator<string>): Source => {
  const again: string[] = []
  return {
    next: async () => {
      const text = again.pop()
      if (text !== undefined) return text
      const { value, done } = await texts.next()
      return done ? undefined : value
    },
    unread: (text) => again.push(text),
  }
}

const delimiters = [',', ';', '\t'] as const

/** Spreadsheets of countries with decimal commas separate by semicolons: the first line tells. */
const delimiterOf = async (source: Source): Promise<string> => {
  let head = ''
  while (!head.includes('\n') && head.length < 65_536) {
    const text = await source.next()
    if (text === undefined) break
    head += text
  }
  source.unread(head)
  const [line = ''] = head.split('\n')
  const counts = delimiters.map((sign) => line.split(sign).length)
  return delimiters[counts.indexOf(Math.max(...counts))] ?? ','
}

const parserOptions = {
  info: true,
  raw: true,
  record_delimiter: '\n',
  relax_column_count: true,
  relax_quotes: true,
  skip_empty_lines: true,
  max_record_size: maxRecordBytes,
  readableHighWaterMark: Number.MAX_SAFE_INTEGER, // we take the records ourselves, after each write
}

const newParser = (delimiter: string): Parser => parse({ ...parserOptions, delimiter } as Options)

type Parsed = {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: { readonly lines: number }
}

/** Feeds a piece of the file, or its end. @returns what the parser could not read */
const feed = async (parser: Parser, text: string | undefined): Promise<CsvError | undefined> => {
  const { promise, resolve } = Promise.withResolvers<CsvError | undefined>()
  const done = (error?: Error | null) => resolve((error as CsvError | null) ?? undefined)
  if (text === undefined) parser.end(done)
  else parser.write(text, 'utf8', done)
  return promise
}

const parsedBy = (parser: Parser): readonly Parsed[] => {
  const records: Parsed[] = []
  for (;;) {
    const parsed = parser.read() as Parsed | null
    if (parsed === null) return records
    records.push(parsed)
  }
}

/** The parser tells the line of a record's end; blank lines before it belong to its raw text. */
const startOf = ({ raw, info }: Parsed): number =>
  info.lines - raw.replace(/^\n+/, '').replace(/\n$/, '').split('\n').length + 1

/** What follows the last good record, and the line on which that one ended. */
type Stop = { readonly code: string; readonly open: string; readonly line: number }

/** Reads until the end, or until a record that is none. @param base lines before the source's first */
async function* recordsUntilStop(
  source: Source,
  delimiter: string,
  base: number,
): AsyncGenerator<CsvRecord, Stop | undefined> {
  const parser = newParser(delimiter)
  parser.on('error', () => {}) // `feed` tells of it
  let open = ''
  let line = base
  for (;;) {
    const text = await source.next()
    const error = await feed(parser, text)
    const records = parsedBy(parser)
    const length = records.reduce((sum, { raw }) => sum + raw.length, 0)
    open = (open + (text ?? '')).slice(length)
    for (const parsed of records) {
      line = base + parsed.info.lines
      yield { line: base + startOf(parsed), cells: parsed.record }
    }
    if (error) return { code: error.code.toLowerCase(), open, line }
    if (text === undefined) return undefined
  }
}

/** Drops text up to the end of a line, however long it is. */
const skipLine = async (source: Source): Promise<void> => {
  for (;;) {
    const text = await source.next()
    if (text === undefined) return
    const end = text.indexOf('\n')
    if (end >= 0) return source.unread(text.slice(end + 1))
  }
}

/**
 * The records of a CSV file as it comes in: UTF-8 with or without BOM, separated by comma, semicolon or tab, quoted cells
 * with line breaks. A record that is none, such as a quote never closed, is told as broken, and reading goes on with the
 * line after its first. Holds a few records at once, and one megabyte of a broken one.
 */
export async function* csvRecordsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  const source = sourceOf(textOf(chunks))
  const delimiter = await delimiterOf(source)
  let base = 0
  for (let broken = 1; ; broken += 1) {
    const stop = yield* recordsUntilStop(source, delimiter, base)
    if (stop === undefined) return
    const blank = /^\n*/.exec(stop.open)?.[0].length ?? 0
    base = stop.line + blank + 1
    const unreadable = broken > mostBroken
    yield { line: base, cells: [], broken: unreadable ? 'csv_unreadable' : stop.code }
    if (unreadable) return
    source.unread(stop.open.slice(blank))
    await skipLine(source)
  }
}
