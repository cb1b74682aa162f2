import { once } from 'node:events'
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ReadyChecks, readinessOf } from './readiness.ts'
import { metricsText } from './telemetry.ts'

export type HealthSettings = {
  /** What serving needs: the store, the own sidecar. */
  readonly checks: ReadyChecks
  readonly stopping: () => boolean
}

const say = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}

const sayReady = async (response: ServerResponse, settings: HealthSettings): Promise<void> => {
  const { ready, checks } = await readinessOf(settings.checks, settings.stopping)
  say(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', checks })
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

/**
 * The small HTTP server, on the loopback unless told otherwise: `/livez`, `/readyz` with what each check says, `/metrics` (Prometheus
 * text). A start-up probe asks `/livez`.
 */
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
