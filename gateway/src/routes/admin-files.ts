import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { apps } from '@micromart/contracts'
import type {
  ImportOptions,
  ImportProductsRequest,
  ImportProductsResponse,
  ImportSummary,
} from '@micromart/contracts/product'
import type { z } from 'zod'
import type { Shop } from '../client/shop.ts'
import { streamFault } from '../client/stream-fault.ts'
import { drained } from '../http/drained.ts'
import { type Answer, needs, route } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'
import { importQuery, importReport } from '../shapes/admin.ts'
import { reportWriter } from './import-report.ts'

const maxCsvBytes = 50 * 1024 * 1024
const importLimitMs = 10 * 60_000
const csv = 'text/csv; charset=utf-8'

const common = { tag: 'Admin: products', auth: needs('catalog:write') } as const

type ImportStream = ReturnType<Shop['productStreams']['importProducts']>

const send = async (stream: ImportStream, message: ImportProductsRequest): Promise<void> => {
  if (!stream.write(message)) await once(stream, 'drain')
}

/** The file as it arrives, in its chunks, no faster than product takes them. */
const sendFile = async (
  stream: ImportStream,
  file: IncomingMessage,
  options: ImportOptions,
): Promise<void> => {
  let size = 0
  await send(stream, { part: { $case: 'options', value: options } })
  // The rest of a refused file is drained by who answers, so the sender sees the refusal.
  const chunks: AsyncIterable<Buffer> = file.iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > maxCsvBytes) throw refusal('body_too_large')
    await send(stream, { part: { $case: 'chunk', value: chunk } })
  }
  stream.end()
}

/** What ended an import or export: a refusal, a status of product's, or the client's leaving. */
const faultOf = (error: unknown): unknown => {
  const isCut = error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
  return isCut ? refusal('body_incomplete', { cause: error }) : streamFault(error, apps.product)
}

const reportRows = async (
  stream: AsyncIterable<ImportProductsResponse>,
  response: ServerResponse,
): Promise<void> => {
  const report = reportWriter(response)
  let summary: ImportSummary | undefined
  for await (const message of stream) {
    await report.add(message)
    summary = message.summary ?? summary
  }
  await report.end(summary)
}

/** Sends and reads at once: product answers rows while the file still comes. The first fault ends both. */
const imported = async (
  stream: ImportStream,
  file: IncomingMessage,
  options: ImportOptions,
  response: ServerResponse,
): Promise<void> => {
  const cancel = () => stream.cancel()
  response.once('close', cancel)
  try {
    await Promise.all([sendFile(stream, file, options), reportRows(stream, response)])
  } catch (error) {
    stream.on('error', () => {}).cancel()
    throw faultOf(error)
  } finally {
    response.off('close', cancel)
  }
}

const importAnswer = (
  query: z.output<typeof importQuery>,
  file: IncomingMessage,
  { productStreams }: Shop,
): Answer => ({
  status: 200,
  write: (response) => {
    const stream = productStreams.importProducts({ limitMs: importLimitMs })
    const options = { dryRun: query.dryRun ?? false, setStock: query.stock === 'set' }
    return imported(stream, file, options, response)
  },
})

const exported = async (response: ServerResponse, { productStreams }: Shop): Promise<void> => {
  const stream = productStreams.exportProducts({}, { limitMs: importLimitMs })
  response.once('close', () => stream.cancel())
  try {
    for await (const { chunk } of stream as AsyncIterable<{ chunk: Buffer }>) {
      if (!response.headersSent) response.setHeader('Content-Type', csv)
      if (!response.write(chunk)) await drained(response)
    }
    if (!response.headersSent) response.setHeader('Content-Type', csv)
    response.end()
  } catch (error) {
    throw faultOf(error)
  }
}

export const adminFileRoutes = [
  route({
    ...common,
    method: 'post',
    path: '/v1/admin/products/import',
    summary: 'Import a CSV in the Shopify product format, to 50 MB',
    budget: 'writes',
    audit: 'catalogue.import',
    query: importQuery,
    body: { type: 'stream', mediaType: 'text/csv', maxBytes: maxCsvBytes },
    responses: { 200: { description: 'What became of each row', shape: importReport } },
    handler: async ({ query, stream }, shop) => importAnswer(query, stream, shop),
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/admin/products/export',
    summary: 'The catalogue as such a CSV',
    budget: 'writes',
    responses: { 200: { description: 'The file', mediaType: 'text/csv' } },
    handler: async (_input, shop) => ({
      status: 200,
      write: (response) => exported(response, shop),
      headers: { 'Content-Disposition': 'attachment; filename="products.csv"' },
    }),
  }),
]
