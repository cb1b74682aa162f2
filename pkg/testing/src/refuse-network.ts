import { isIP, Socket } from 'node:net'

// Read by jest before each test file: a test that reaches out passes here and fails elsewhere.

type Target = { readonly host?: string | null; readonly path?: string | null }

const hostOf = (url: string | undefined): readonly string[] =>
  url === undefined ? [] : [new URL(url).hostname]

/** Stores and a shop may run elsewhere, where the environment says so. */
const allowed: ReadonlySet<string> = new Set([
  'localhost',
  ...hostOf(process.env['MICROMART_TEST_MYSQL_URL']),
  ...hostOf(process.env['MICROMART_TEST_REDIS_URL']),
  ...hostOf(process.env['MICROMART_TEST_SHOP_URL']),
])

const isLoopback = (host: string): boolean =>
  isIP(host) === 4 ? host.startsWith('127.') : host === '::1' || allowed.has(host)

const isTarget = (value: unknown): value is Target => typeof value === 'object' && value !== null

/** The forms of `connect`: (options), (port, host?), (path), and node's own normalised list. */
const targetOf = (args: readonly unknown[]): Target => {
  const [first, second]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args
  if (isTarget(first)) return first
  if (typeof first === 'string' && Number.isNaN(Number(first))) return { path: first }
  return typeof second === 'string' ? { host: second } : {}
}

const mark = Symbol.for('micromart.tests.refuse-network')
const connect = Socket.prototype.connect

/** Fails a connection to any other host, as a network that is down would. */
const guarded = function (this: Socket, ...args: unknown[]): Socket {
  const { host, path } = targetOf(args)
  if (typeof path !== 'string' && !isLoopback(host ?? 'localhost')) {
    return this.destroy(new Error(`tests reach no other host: ${host}`))
  }
  return Reflect.apply(connect, this, args) as Socket
}

if (!(mark in connect)) {
  Socket.prototype.connect = Object.assign(guarded, { [mark]: true }) as typeof connect
}
