import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { BacklogServiceService } from '@micromart/contracts/ops'
import {
  ClientServiceService,
  OAuthServiceService,
  type User,
  UserServiceService,
} from '@micromart/contracts/user'
import type { RpcClient } from '@micromart/dapr'
import { type Clock, type Log, systemIds } from '@micromart/kernel'
import {
  eventually,
  type FakeSidecar,
  readMailbox,
  startFakeSidecar,
  type TestClient,
  testClient,
  type TestDatabase,
  testDatabase,
} from '@micromart/testing'
import mysql, { type RowDataPacket } from 'mysql2/promise'
import { readConfig } from '../src/config.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { startUser } from '../src/service.ts'

export type UserRpc = RpcClient<typeof UserServiceService>

/** A clock that stands still until it is moved. */
export type TestClock = Clock & { readonly forward: (ms: number) => void }

export const minutes = (count: number): number => count * 60_000
export const days = (count: number): number => minutes(count * 24 * 60)

const testClock = (): TestClock => {
  let now = Date.now()
  return {
    now: () => new Date(now),
    forward: (ms) => {
      now += ms
    },
  }
}

export const issuer = 'http://127.0.0.1:8080'
export const kek = randomBytes(32).toString('base64')

/** Cheap hashes: what is tested is the use of them. */
const cheap = { ARGON2_MEMORY_KIB: '64', ARGON2_PASSES: '1' }

/** Keeps the lines of a log. */
const recordedLog = () => {
  const lines: object[] = []
  const write: Log['info'] = (fields, message) => lines.push({ ...fields, message })
  return { lines, log: { debug: write, info: write, warn: write, error: write } }
}

/** What another replica of a test's service needs. */
type Shared = {
  readonly database: TestDatabase
  readonly sidecar: FakeSidecar
  readonly clock: TestClock
  readonly log: Log
  /** Folder that gets every mail. */
  readonly mailbox: string
}

export type Replica = AsyncDisposable & {
  readonly rpc: TestClient<typeof UserServiceService>
  readonly oauth: RpcClient<typeof OAuthServiceService>
  readonly clients: TestClient<typeof ClientServiceService>
  readonly backlog: RpcClient<typeof BacklogServiceService>
  readonly port: number
  readonly httpPort: number
  /** Deletes old rows now. */
  readonly prune: () => Promise<void>
}

type Member = {
  readonly user: User
  readonly email: string
  readonly password: string
  readonly rpc: UserRpc
  readonly accessToken: string
  readonly refreshToken: string
}

const startReplica = async (
  { sidecar, clock, log, mailbox }: Shared,
  env: NodeJS.ProcessEnv,
): Promise<Replica> => {
  await using stack = new AsyncDisposableStack()
  const config = readConfig({
    SHOP_ENV: 'local',
    APP_ID: 'user',
    APP_PORT: '0',
    HTTP_PORT: '0',
    DAPR_HTTP_PORT: String(sidecar.httpPort),
    DAPR_GRPC_PORT: String(sidecar.grpcPort),
    ISSUER_URL: issuer,
    LOG_LEVEL: 'error',
    MAIL_FOLDER: mailbox,
    MAIL_EVERY_MS: '20',
    ...cheap,
    ...env,
  })
  const { port, httpPort, prune } = stack.use(await startUser(config, { clock, log }))
  const rpc = stack.use(await testClient(UserServiceService, port))
  const backlog = stack.use(await testClient(BacklogServiceService, port)).as()
  const oauth = stack.use(await testClient(OAuthServiceService, port)).as()
  const clients = stack.use(await testClient(ClientServiceService, port))
  const running = stack.move()
  return {
    rpc,
    oauth,
    clients,
    backlog,
    port,
    httpPort,
    prune,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export const anEmail = (): string => `${systemIds.next()}@example.com`
export const aPassword = (): string => `a long one ${randomBytes(6).toString('hex')}`

const membersOf = (rpc: Replica['rpc'], query: Query) => {
  const join = async (): Promise<Member> => {
    const [email, password] = [anEmail(), aPassword()]
    const { user, tokens } = await rpc.as().register({ email, password, name: 'Ann Member' })
    if (!user || !tokens) throw new Error('register answered nothing')
    return { user, email, password, ...tokens, rpc: rpc.as({ token: tokens.accessToken }) }
  }

  /** Somebody of the staff: the first ones come from the starter, not by an RPC. */
  const hire = async (...roles: string[]): Promise<Member> => {
    const { user, email, password } = await join()
    for (const role of roles) {
      await query('INSERT INTO account_role (account_id, role) VALUES (?, ?)', [user.id, role])
    }
    const { tokens } = await rpc.as().login({ email, password })
    if (!tokens) throw new Error('login answered nothing')
    return { user, email, password, ...tokens, rpc: rpc.as({ token: tokens.accessToken }) }
  }
  return { join, hire }
}

type Query = (sql: string, values?: unknown[]) => Promise<RowDataPacket[]>

const queriesOf = (url: string): AsyncDisposable & { readonly query: Query } => {
  const pool = mysql.createPool({ uri: url, connectionLimit: 2 })
  return {
    query: async (sql, values = []) => {
      const [rows] = await pool.query<RowDataPacket[]>(sql, values)
      return rows
    },
    [Symbol.asyncDispose]: () => pool.end(),
  }
}

/** The real service on a database of its own, with cheap hashes, a fake sidecar and a clock that is moved by hand. */
export const startForTest = async (env: NodeJS.ProcessEnv = {}) => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await testDatabase('user', migrations))
  const sidecar = stack.use(await startFakeSidecar({ appId: 'user' }))
  sidecar.secret('mysql-user', database.url)
  sidecar.secret('signing-kek', kek)
  const { lines, log } = recordedLog()
  const mailbox = await mkdtemp(join(tmpdir(), 'micromart-mailbox-'))
  stack.defer(() => rm(mailbox, { recursive: true, force: true }))
  const shared = { database, sidecar, clock: testClock(), log, mailbox }
  const first = stack.use(await startReplica(shared, env))
  const { query } = stack.use(queriesOf(database.url))
  const running = stack.move()
  return {
    ...shared,
    ...first,
    ...membersOf(first.rpc, query),
    guest: first.rpc.as(),
    /** What the service has logged: fields and message. */
    logged: () => lines,
    /** Mails to an address, once there are so many. */
    mailsTo: (to: string, count: number) =>
      eventually(async () => {
        const mails = await readMailbox(mailbox, to)
        expect(mails).toHaveLength(count)
        return mails
      }),
    /** Reads or prepares what no RPC shows; what an RPC shows is asserted through it. */
    query,
    /** One more of it, on the same database. */
    replica: (other: NodeJS.ProcessEnv = {}) => startReplica(shared, { ...env, ...other }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
