import { once } from 'node:events'
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { DomainError, type ErrorKind, type Log } from '@micromart/kernel'
import { metricsText, type ReadyChecks, readinessOf } from '@micromart/service'
import { ConnectionCut } from './faults.ts'
import { bodyOf, requireKey } from './request.ts'
import type { Asked } from './routes.ts'
import { inCallersTrace } from './trace.ts'

/** PEM texts, and where the API is served with them. */
type Tls = { readonly port: number; readonly cert: Buffer; readonly key: Buffer }

type Routes = ReadonlyMap<string, (asked: Asked) => Promise<object>>

export type HttpSettings = {
  /** 0 takes any. */
  readonly port: number
  readonly host: string
  /** Takes the API away from the plain port. */
  readonly tls?: Tls | undefined
  readonly key: string
  /** By method and path; some answers name the address that was taken. */
  readonly routesAt: (origin: string) => Routes
  /** What is served without the key. @returns false when a request is for something else */
  readonly page: (request: IncomingMessage, response: ServerResponse) => Promise<boolean>
  readonly checks: ReadyChecks
  readonly log: Log
}

/** The simulator's only table from error to status; it is not the shop's. */
const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  precondition: 422,
  unavailable: 503,
  internal: 500,
}

const say = (response: ServerResponse, status: number, body: object): void => {
  if (response.destroyed) return // the caller has lost patience
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** A reset, not an orderly end; the head must have left before it. */
const cut = (response: ServerResponse, { afterHead }: ConnectionCut): void => {
  const { socket } = response
  if (!afterHead) return void socket?.resetAndDestroy()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1000 })
  response.write('{', () => socket?.resetAndDestroy())
}

const refuse = (response: ServerResponse, error: unknown, log: Log): void => {
  if (error instanceof ConnectionCut) return cut(response, error)
  const known = error instanceof DomainError ? error : undefined
  if (known === undefined) log.error({ cause: error }, 'a request failed')
  say(response, statusOf[known?.kind ?? 'internal'], { code: known?.code ?? 'internal' })
}

const health = async (path: string, response: ServerResponse, settings: HttpSettings) => {
  if (path === '/livez') say(response, 200, { status: 'alive' })
  else if (path === '/readyz') {
    const { ready, checks } = await readinessOf(settings.checks, () => false)
    say(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks })
  } else if (path === '/metrics') {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(await metricsText())
  } else return false
  return true
}

const answer = async (
  request: IncomingMessage,
  response: ServerResponse,
  settings: HttpSettings,
  routes: Routes,
): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://provider')
  if (request.method === 'GET' && (await health(pathname, response, settings))) return
  if (await settings.page(request, response)) return
  requireKey(request, settings.key)
  const route = routes.get(`${request.method} ${pathname}`)
  if (route === undefined) throw new DomainError('not_found', 'route_unknown')
  const header = request.headers['idempotency-key']
  const idempotencyKey = typeof header === 'string' ? header : undefined
  const query = Object.fromEntries(searchParams)
  const asked = { query, idempotencyKey, body: await bodyOf(request), declined: false }
  say(response, 200, await inCallersTrace(request, pathname, () => route(asked)))
}

export type Listening = AsyncDisposable & {
  /** Of the API. */
  readonly port: number
}

/** Disposing it cuts the connections: the silent ones would never end. */
const listenOn = async (server: Server, wished: number, host: string): Promise<Listening> => {
  server.listen(wished, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>

const serveWith = (server: Server, { log }: HttpSettings, answering: Answer) =>
  server.on('request', (request, response) => {
    answering(request, response).catch((error: unknown) => refuse(response, error, log))
  })

/** With TLS the plain port says no more than how the process is. */
const healthOnly =
  (settings: HttpSettings): Answer =>
  async ({ url = '/' }, response) => {
    const isKnown = await health(url, response, settings)
    if (!isKnown) throw new DomainError('not_found', 'route_unknown')
  }

/** Serves the provider's API, by HTTPS where it has a certificate. */
export const listen = async (settings: HttpSettings): Promise<Listening> => {
  await using starting = new AsyncDisposableStack()
  const { tls } = settings
  const plain = createPlain()
  const server = tls ? createSecure({ cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' }) : plain
  if (tls) {
    serveWith(plain, settings, healthOnly(settings))
    starting.use(await listenOn(plain, settings.port, settings.host))
  }
  const { port } = starting.use(await listenOn(server, tls?.port ?? settings.port, settings.host))
  const routes = settings.routesAt(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`)
  serveWith(server, settings, (request, response) => answer(request, response, settings, routes))
  const running = starting.move()
  return { port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
