import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Redis } from 'ioredis'
import type { RowDataPacket } from 'mysql2/promise'
import { secret, shop } from './shop.ts'
import { openMysql, openRedis } from './stores.ts'
import { tracesSince } from './zipkin.ts'

/** Something that the shop has written down, and where; `goes` by itself in so many ms. */
export type Remain = { readonly place: string; readonly text: string; readonly goes?: number }

const home = path.dirname(shop.secrets)

/** Every log of the run: apps, sidecars, provider, migrations, `dapr run`. */
export const logs = (): readonly Remain[] =>
  globSync(shop.logs).map((file) => ({
    place: `log ${path.relative(home, file)}`,
    text: readFileSync(file, 'utf8'),
  }))

const textOf = (value: unknown): string => {
  // Bytes are looked at as text and as digits: a token may be kept as what it encodes.
  if (Buffer.isBuffer(value)) return `${value.toString('latin1')} ${value.toString('hex')}`
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

const owners = ['product', 'user', 'order', 'payment', 'provider']
const schemaOf = (owner: string) => new URL(secret(`mysql-${owner}`)).pathname.slice(1)

type Column = RowDataPacket & { readonly tableName: string; readonly columnName: string }

/** Every value of every column of every service's schema; the outbox with its events is one of the tables. */
export const rows = async (): Promise<readonly Remain[]> => {
  const connection = await openMysql(shop.mysql, { dateStrings: true })
  const found: Remain[] = []
  try {
    for (const owner of owners) {
      const schema = schemaOf(owner)
      const [columns] = await connection.query<Column[]>(
        `SELECT table_name AS tableName, column_name AS columnName
         FROM information_schema.columns WHERE table_schema = ?`,
        [schema],
      )
      for (const { tableName, columnName } of columns) {
        const [values] = await connection.query<RowDataPacket[]>(
          'SELECT DISTINCT ?? AS value FROM ??.?? WHERE ?? IS NOT NULL',
          [columnName, schema, tableName, columnName],
        )
        const place = `${owner}.${tableName}.${columnName}`
        found.push({ place, text: values.map(({ value }) => textOf(value)).join('\n') })
      }
    }
  } finally {
    await connection.end()
  }
  return found
}

const readers: Readonly<Record<string, (redis: Redis, key: string) => Promise<unknown>>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  stream: (redis, key) => redis.xrange(key, '-', '+'),
  list: (redis, key) => redis.lrange(key, 0, -1),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, 0, -1),
}

/** Every key and value in the shop's Redis: carts, the gateway's counters, and the events in the topics' streams. */
export const keys = async (): Promise<readonly Remain[]> => {
  const redis = openRedis(shop.redis)
  const found: Remain[] = []
  try {
    for await (const batch of redis.scanStream({ count: 1_000 })) {
      for (const key of batch as string[]) {
        const read = readers[await redis.type(key)]
        const value = await read?.(redis, key)
        const place = key.endsWith('.v1') ? `stream ${key}` : `redis ${key.split(/[:|]/)[0]}`
        const goes = await redis.pttl(key)
        found.push({ place, text: `${key} ${JSON.stringify(value)}`, ...(goes > 0 && { goes }) })
      }
    }
  } finally {
    redis.disconnect()
  }
  return found
}

/** Every span that Zipkin has of the time since a moment. */
export const spans = async (since: number): Promise<readonly Remain[]> => {
  const traces = [...(await tracesSince(since))]
  return traces.map(([name, found]) => ({ place: `span ${name}`, text: JSON.stringify(found) }))
}
