import type {
  ImportProductsRequest,
  ImportProductsResponse,
  ProductServiceServer,
} from '@micromart/contracts/product'
import type { Acting } from '@micromart/kernel'
import { actingOf, bidi, serverStream } from '@micromart/service'
import { stringify } from 'csv-stringify/sync'
import { RequestInvalid } from '../model/errors.ts'
import type { RowReport } from '../model/import-plan.ts'
import type { UseCases } from '../usecase/index.ts'
import { csvRecordsOf } from './csv-reader.ts'

const chunkBytes = 64 * 1024

/** The file's bytes after the options, which come first. */
async function* chunksOf(
  requests: AsyncIterator<ImportProductsRequest>,
  first: ImportProductsRequest | undefined,
): AsyncGenerator<Uint8Array> {
  if (first?.part?.$case === 'chunk') yield first.part.value
  for (;;) {
    const { value, done } = await requests.next()
    if (done) return
    if (value.part?.$case !== 'chunk') {
      throw new RequestInvalid('', 'options_late', 'options come before the file')
    }
    yield value.part.value
  }
}

const rowMessage = ({ line, code, message, ...report }: RowReport) => ({
  ...report,
  line: BigInt(line),
  code,
  message,
})

async function* imported(
  use: UseCases,
  requests: AsyncIterable<ImportProductsRequest>,
  by: Acting,
): AsyncGenerator<ImportProductsResponse> {
  const source = requests[Symbol.asyncIterator]()
  const { value, done } = await source.next()
  const first = done ? undefined : value
  const options =
    first?.part?.$case === 'options' ? first.part.value : { dryRun: false, setStock: false }
  const summary = { created: 0n, updated: 0n, unchanged: 0n, failed: 0n }
  const records = csvRecordsOf(chunksOf(source, first))
  for await (const reports of use.importProducts(records, options, by)) {
    for (const { outcome } of reports) summary[outcome] += 1n
    yield { rows: reports.map(rowMessage), summary: undefined }
  }
  yield { rows: [], summary }
}

/** A spreadsheet that splits at these instead must not find the start of a cell inside ours. */
const otherSeparators = /[;\t|]/

async function* exported(use: UseCases): AsyncGenerator<{ chunk: Buffer }> {
  let pending: string[] = []
  let length = 0
  for await (const record of use.exportProducts()) {
    const line = stringify([record], { quoted_match: otherSeparators })
    pending.push(line)
    length += line.length
    if (length >= chunkBytes) {
      yield { chunk: Buffer.from(pending.join('')) }
      pending = []
      length = 0
    }
  }
  if (pending.length > 0) yield { chunk: Buffer.from(pending.join('')) }
}

/** CSV in and out, streamed: neither side ever holds the whole file. */
export const csvRpc = (
  use: UseCases,
): Pick<ProductServiceServer, 'importProducts' | 'exportProducts'> => ({
  importProducts: bidi((requests, call) => imported(use, requests, actingOf(call))),
  exportProducts: serverStream(() => exported(use)),
})
