import { inspect } from 'node:util'
import { apps } from '@micromart/contracts'
import { BacklogServiceService } from '@micromart/contracts/ops'
import {
  type ImportProductsRequest,
  type ImportProductsResponse,
  ProductServiceService,
  type Product,
  type ProductDraft,
  ProductStatus,
  type VariantDraft,
} from '@micromart/contracts/product'
import { connectSidecar, runInContext } from '@micromart/dapr'
import { type Clock, silentLog, systemIds } from '@micromart/kernel'
import { startFakeSidecar, testClient, testDatabase, testTokens } from '@micromart/testing'
import mysql from 'mysql2/promise'
import { readConfig } from '../src/config.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { startProduct } from '../src/service.ts'

/** What the service reads at start; its sweepers rest, tests sweep. */
export const environment = (sidecar: { grpcPort: number; httpPort: number }, issuer: string) => ({
  SHOP_ENV: 'local',
  APP_ID: apps.product,
  APP_PORT: '0',
  HTTP_PORT: '0',
  DAPR_HTTP_PORT: String(sidecar.httpPort),
  DAPR_GRPC_PORT: String(sidecar.grpcPort),
  ISSUER_URL: issuer,
  EXPIRE_EVERY_MS: '3600000',
  PRUNE_EVERY_MS: '3600000',
})

/** Silent, but for what would be a bug. */
const testLog = {
  ...silentLog,
  error: (fields: object, message: string) => {
    process.stderr.write(`${message} ${inspect(fields)}\n`)
  },
}

/** A clock that a test moves. */
const movableClock = () => {
  let aheadMs = 0
  const clock: Clock = { now: () => new Date(Date.now() + aheadMs) }
  return { clock, advance: (ms: number) => (aheadMs += ms) }
}

type Report = { rows: ImportProductsResponse['rows']; summary: ImportProductsResponse['summary'] }

/** Sends files to a service's importer and gathers what it answers. */
export const importer =
  (port: number, token: () => string) =>
  async (
    csv: string | Buffer,
    { dryRun = false, setStock = false }: { dryRun?: boolean; setStock?: boolean } = {},
    as = token(),
  ): Promise<Report> => {
    await using wire = await connectSidecar({ grpcPort: port, httpPort: 0, appId: 'test' })
    return await runInContext({ token: as }, async () => {
      const stream = wire.stream(ProductServiceService, 'test').importProducts()
      stream.write({ part: { $case: 'options', value: { dryRun, setStock } } })
      const sending = sendFile(stream, Buffer.from(csv))
      const rows: ImportProductsResponse['rows'][number][] = []
      let summary: Report['summary']
      for await (const message of stream as AsyncIterable<ImportProductsResponse>) {
        rows.push(...message.rows)
        summary = message.summary ?? summary
      }
      await sending
      return { rows, summary }
    })
  }

type Upload = {
  readonly write: (message: ImportProductsRequest) => boolean
  readonly once: (event: 'drain', listener: () => void) => unknown
  readonly end: () => unknown
}

const sendFile = async (stream: Upload, bytes: Buffer): Promise<void> => {
  for (let at = 0; at < bytes.length; at += 65_536) {
    const value = bytes.subarray(at, at + 65_536)
    const room = stream.write({ part: { $case: 'chunk', value } })
    if (!room) await new Promise<void>((resolve) => stream.once('drain', resolve))
  }
  stream.end()
}

/** The real service on its real database, beside a fake sidecar. */
export const startForTest = async () => {
  await using starting = new AsyncDisposableStack()
  const sidecar = starting.use(await startFakeSidecar({ appId: apps.product }))
  const database = starting.use(await testDatabase('product', migrations))
  const tokens = testTokens()
  sidecar.secret('mysql-product', database.url)
  sidecar.answer('user', 'GetJwks', () => ({ jwks: tokens.jwks }))
  const { clock, advance } = movableClock()
  const config = readConfig(environment(sidecar, tokens.issuer))
  const service = starting.use(await startProduct(config, { clock, log: testLog }))
  const client = starting.use(await testClient(ProductServiceService, service.port))
  const backlog = starting.use(await testClient(BacklogServiceService, service.port))
  const settings = { grpcPort: service.port, httpPort: 0, appId: 'test' }
  const wire = starting.use(await connectSidecar(settings))
  const id = systemIds.next()
  /** As of the moved clock. */
  const tokenOf = (...roles: string[]) => {
    const iat = Math.floor(clock.now().getTime() / 1000)
    return tokens.userToken({ id, roles, claims: { iat, exp: iat + 300 } })
  }
  const token = () => tokenOf('merchandiser')
  const sql = await mysql.createConnection(database.url)
  starting.defer(() => sql.end())
  const running = starting.move()

  const importCsv = importer(service.port, token)

  const exportCsv = (): Promise<string> =>
    runInContext({ token: token() }, async () => {
      const parts: Buffer[] = []
      const stream = wire.stream(ProductServiceService, 'test').exportProducts({})
      for await (const { chunk } of stream as AsyncIterable<{ chunk: Buffer }>) parts.push(chunk)
      return Buffer.concat(parts).toString('utf8')
    })

  return {
    sidecar,
    /** Of the staff of these tests. */
    staffId: id,
    port: service.port,
    httpPort: service.httpPort,
    sweep: service.expire,
    prune: service.prune,
    backlog: backlog.as(),
    advance,
    shopper: client.as(),
    get staff() {
      return client.as({ token: token() })
    },
    tokenOf,
    as: client.as,
    importCsv,
    exportCsv,
    /** A connection of its own, for a transaction beside the service's. */
    connection: async () => {
      const own = await mysql.createConnection(database.url)
      return Object.assign(own, { [Symbol.asyncDispose]: () => own.end() })
    },
    rows: async (query: string, values: (string | number | Date)[] = []) => {
      const [rows] = await sql.query<mysql.RowDataPacket[]>(query, values)
      return rows
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export type Shop = Awaited<ReturnType<typeof startForTest>>

export const eur = (amount: number) => ({ amount: BigInt(amount), currency: 'EUR' })

let counter = 0
/** A text that no other test has. */
export const unique = (prefix: string): string => {
  counter += 1
  return `${prefix}-${process.pid}-${counter}`
}

export const aVariant = (over: Partial<VariantDraft> = {}): VariantDraft => ({
  sku: unique('SKU'),
  price: eur(1999),
  stock: 10n,
  compareAtPrice: undefined,
  options: [],
  barcode: undefined,
  weightGrams: undefined,
  image: undefined,
  ...over,
})

export const aDraft = (over: Partial<ProductDraft> = {}): ProductDraft => ({
  title: unique('Mug'),
  status: ProductStatus.PRODUCT_STATUS_ACTIVE,
  handle: undefined,
  description: '',
  brand: '',
  categories: [],
  tags: [],
  images: [],
  options: [],
  variants: [aVariant()],
  ...over,
})

export const createProduct = async (
  shop: Shop,
  over: Partial<ProductDraft> = {},
): Promise<Product> => {
  const { product } = await shop.staff.createProduct({ draft: aDraft(over) })
  if (product === undefined) throw new Error('no product came back')
  return product
}

export const createCategory = async (shop: Shop, title: string, parent?: string) => {
  const { category } = await shop.staff.createCategory({ title, handle: undefined, parent })
  if (category === undefined) throw new Error('no category came back')
  return category
}
