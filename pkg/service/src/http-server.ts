import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { metricsText } from './telemetry.ts'

export type HealthSettings = {
  /** Whether requests can be served now: store and sidecar answer. */
  readonly ready: () => Promise<boolean>
  readonly stopping: () => boolean
}

const readyLimitMs = 2_000

const say = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const within = <T>(limitMs: number, work: Promise<T>, otherwise: T): Promise<T> => {
  const { promise, resolve } = Promise.withResolvers<T>()
  const timer = setTimeout(() => resolve(otherwise), limitMs)
  const late = new Set([promise, work])
  return Promise.race(late).finally(() => clearTimeout(timer))
}

const isReady = async ({ ready, stopping }: HealthSettings): Promise<boolean> => {
  if (stopping()) return false
  try {
    return await within(readyLimitMs, ready(), false)
  } catch {
    return false
  }
}

const sayReady = async (response: ServerResponse, settings: HealthSettings): Promise<void> => {
  const ready = await isReady(settings)
  say(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' })
}

const sayMetrics = async (response: ServerResponse): Promise<void> => {
  const text = await metricsText()
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
  response.end(text)
}

const listener =
  (settings: HealthSettings): RequestListener =>
  ({ url = '/' }, response) => {
    const fail = () => say(response, 500, { status: 'failed' })
    const [path] = url.split('?')
    if (path === '/livez') say(response, 200, { status: 'alive' })
    else if (path === '/readyz') sayReady(response, settings).catch(fail)
    else if (path === '/metrics') sayMetrics(response).catch(fail)
    else say(response, 404, { status: 'not found' })
  }

/** Where a server listens; port 0 takes any. */
export type ListenAddress = { readonly port: number; readonly host: string }

/** The small HTTP server, on the loopback unless told otherwise: `/livez`, `/readyz`, `/metrics` (Prometheus text). */
export const startHealthServer = async (
  { port, host }: ListenAddress,
  settings: HealthSettings,
): Promise<AsyncDisposable & { readonly port: number }> => {
  const server = createServer(listener(settings)).listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return { port: address.port, [Symbol.asyncDispose]: () => close(server) }
}

const close = async (server: Server): Promise<void> => {
  const closed = once(server, 'close')
  server.close()
  server.closeAllConnections()
  await closed
}
