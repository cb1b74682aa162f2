import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { stockFaults, type StockRead } from '../checker/stock-read.ts'

const rowsOf = async (db: Connection, sql: string): Promise<readonly RowDataPacket[]> =>
  (await db.query<RowDataPacket[]>(sql))[0]

const bySku = (rows: readonly RowDataPacket[]): Record<string, number> =>
  Object.fromEntries(rows.map((row) => [String(row['sku']), Number(row['units'])]))

/** The stock of the product service's schema in one consistent snapshot. */
export const readStock = async (db: Connection, at: number): Promise<StockRead> => {
  await db.query('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ')
  await db.query('START TRANSACTION WITH CONSISTENT SNAPSHOT')
  try {
    const stock = await rowsOf(db, 'SELECT sku, on_hand, held FROM micromart_product.stock')
    const holds = await rowsOf(
      db,
      `SELECT l.sku, SUM(l.quantity) AS units FROM micromart_product.stock_hold_lines l
       JOIN micromart_product.stock_holds h ON h.order_id = l.order_id
       WHERE h.status = 'held' GROUP BY l.sku`,
    )
    const moved = await rowsOf(
      db,
      'SELECT sku, SUM(delta) AS units FROM micromart_product.stock_movements GROUP BY sku',
    )
    return {
      at,
      stock: stock.map((row) => ({
        sku: String(row['sku']),
        onHand: Number(row['on_hand']),
        held: Number(row['held']),
      })),
      holds: bySku(holds),
      moved: bySku(moved),
    }
  } finally {
    await db.query('COMMIT')
  }
}

export type StockReader = AsyncDisposable & {
  readonly count: () => number
  /** The reads that broke I1. */
  readonly broken: readonly StockRead[]
}

const keptReads = 20

/** Reads again and again beside the load, past the proxies; while the database is away it waits. */
export const startStockReader = (url: string, now: () => number, everyMs = 400): StockReader => {
  const broken: StockRead[] = []
  let count = 0
  const end = new AbortController()
  let db: Connection | undefined

  const round = async () => {
    if (!db) {
      db = await createConnection({ uri: url, connectTimeout: 2000 })
      db.on('error', () => {}) // the next read says it
    }
    const read = await readStock(db, now())
    count += 1
    if (stockFaults(read).length > 0 && broken.length < keptReads) broken.push(read)
  }

  const loop = async () => {
    while (!end.signal.aborted) {
      try {
        await round()
      } catch {
        db?.destroy()
        db = undefined
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
  }
  const running = loop()
  return {
    count: () => count,
    broken,
    [Symbol.asyncDispose]: async () => {
      end.abort()
      await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 3000))])
      db?.destroy()
    },
  }
}
