import { expect, it } from '@jest/globals'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { silentLog, systemClock } from '@micromart/kernel'
import {
  inTransaction,
  migrate,
  openDatabase,
  outboxRows,
  startRelay,
  write,
} from '../src/index.ts'
import { anEvent, emptyDatabase, eventually, migrations } from './test-database.ts'
import { addEvent } from '../src/index.ts'

/** The way to the server: `lose` takes the server's ends of the connections away, and tells nobody, as when its machine is gone. */
const wayTo = async (url: string) => {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  const upstreams = new Set<Socket>()
  const lost = new WeakSet<Socket>()
  const carry = (from: Socket, to: Socket) => {
    sockets.add(from)
    from.on('error', () => {}).on('close', () => !lost.has(from) && to.destroy())
    from.on('data', (chunk) => void (lost.has(from) || to.write(chunk)))
  }
  const server = createServer((client) => {
    const upstream = connect({ host: hostname, port: Number(port) })
    upstreams.add(upstream)
    carry(client, upstream)
    carry(upstream, client)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const through = new URL(url)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as AddressInfo).port)
  return {
    url: through.href,
    lose: () => {
      for (const socket of sockets) lost.add(socket)
      for (const upstream of upstreams) upstream.destroy()
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const openLosable = async () => {
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await emptyDatabase())
  await migrate({ url, migrations, log: silentLog })
  const way = stack.use(await wayTo(url))
  const options = { entities: [outboxRows], migrations, poolSize: 2, statementMs: 500 }
  const db = stack.use(await openDatabase({ url: way.url, ...options }))
  const open = stack.move()
  return { db, lose: way.lose, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

it('gives connections up on which the server says nothing any more, and works on new ones', async () => {
  await using store = await openLosable()
  const { db, lose } = store
  await Promise.all([db.query('SELECT SLEEP(0.1)'), db.query('SELECT SLEEP(0.1)')])
  lose()
  const add = () =>
    inTransaction(db, (tx) => write(tx, `INSERT INTO counters VALUES (UUID_SHORT() % 1000000, 1)`))
  const lostOnes = await Promise.allSettled([add(), add()])
  const unavailable = { kind: 'unavailable', code: 'database_unavailable' }
  expect(lostOnes).toMatchObject([{ reason: unavailable }, { reason: unavailable }])
  expect(await add()).toBe(1)
})

it('gives up a transaction in the middle of which the server was lost', async () => {
  await using store = await openLosable()
  const { db, lose } = store
  const lostOne = inTransaction(db, async (tx) => {
    await write(tx, `INSERT INTO counters VALUES ('lost', 1)`)
    lose()
    await write(tx, `INSERT INTO counters VALUES ('lost too', 1)`)
  })
  await expect(lostOne).rejects.toMatchObject({ code: 'database_unavailable' })
  const [row] = await db.query<{ ms: string }[]>('SELECT COUNT(*) AS ms FROM counters')
  expect(Number(row?.ms)).toBe(0)
})

it('relays on a new connection when the server was lost', async () => {
  await using store = await openLosable()
  const { db, lose } = store
  const published: string[] = []
  const publish = async ({ id }: { id: string }) => void published.push(id)
  const options = { db, publish, log: silentLog, intervalMs: 20, clock: systemClock }
  await using _ = startRelay({ ...options, statementMs: 500 })
  const [first, second] = [anEvent(), anEvent()]
  await inTransaction(db, (tx) => addEvent(tx, first))
  await eventually(() => published.length === 1)
  lose()
  await expect(db.query('SELECT 1')).rejects.toBeDefined()
  await eventually(async () => {
    await inTransaction(db, (tx) => addEvent(tx, second)).catch(() => undefined)
    return published.includes(second.id)
  })
})

it('has MariaDB end a transaction that was left standing', async () => {
  await using store = await openLosable()
  const [server] = await store.db.query<{ version: string }[]>('SELECT VERSION() AS version')
  const known = await store.db.query<{ Value: string }[]>(
    "SHOW SESSION VARIABLES LIKE 'idle_transaction_timeout'",
  )
  const isMariaDb = server?.version.includes('MariaDB')
  expect(known.map(({ Value }) => Value)).toEqual(isMariaDb ? ['30'] : [])
})
