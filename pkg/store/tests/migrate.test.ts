import { expect, it } from '@jest/globals'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { silentLog } from '@micromart/kernel'
import { migrate, openDatabase, sqlMigration } from '../src/index.ts'
import { emptyDatabase, migrations } from './test-database.ts'

const log = silentLog

it('runs what is pending, and nothing the second time', async () => {
  await using empty = await emptyDatabase()
  const run = () => migrate({ url: empty.url, migrations, log })
  expect(await run()).toBe(migrations.length)
  expect(await run()).toBe(0)
})

it('runs each migration once when several processes start together', async () => {
  await using empty = await emptyDatabase()
  const runs = Array.from({ length: 5 }, () => migrate({ url: empty.url, migrations, log }))
  const counts = await Promise.all(runs)
  expect(counts.toSorted((a, b) => a - b)).toEqual([0, 0, 0, 0, migrations.length])
})

it('goes on at the step that failed', async () => {
  await using empty = await emptyDatabase()
  const [first] = migrations
  const broken = sqlMigration('Second1763800000002', ['CREATE TABLE t (id INT)', 'CREATE nonsense'])
  const mended = sqlMigration('Second1763800000002', ['CREATE TABLE IF NOT EXISTS t (id INT)'])
  await expect(migrate({ url: empty.url, migrations: [first!, broken], log })).rejects.toThrow(
    'nonsense',
  )
  expect(await migrate({ url: empty.url, migrations: [first!, mended], log })).toBe(1)
})

/** A way to a server that opens at the second try. */
const slowDoor = async ({ hostname, port }: URL) => {
  let tries = 0
  const door = createServer((near) => {
    tries += 1
    if (tries === 1) return near.destroy()
    const far = connect(Number(port || 3306), hostname)
    near.pipe(far).pipe(near)
    for (const each of [near, far]) each.on('error', () => {})
  })
  await once(door.listen(0, '127.0.0.1'), 'listening')
  const { port: own } = door.address() as AddressInfo
  return { port: own, tries: () => tries, [Symbol.dispose]: () => void door.close() }
}

it('waits for a way to the database, and not for a password', async () => {
  await using empty = await emptyDatabase()
  const url = new URL(empty.url)
  using door = await slowDoor(url)
  const through = new URL(url)
  through.host = `127.0.0.1:${door.port}`
  expect(await migrate({ url: through.href, migrations, log })).toBe(migrations.length)
  expect(door.tries()).toBeGreaterThan(1)

  url.password = 'another'
  await expect(migrate({ url: url.href, migrations, log })).rejects.toThrow('Access denied')
})

it('refuses to serve from a database that lacks a migration', async () => {
  await using empty = await emptyDatabase()
  await migrate({ url: empty.url, migrations: migrations.slice(0, 1), log })
  await expect(openDatabase({ url: empty.url, entities: [], migrations })).rejects.toThrow(
    'migrations that were not run',
  )
})
