import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type HttpMemory = {
  readonly appId: string
  readonly secrets: Map<string, string>
  readonly isReady: () => boolean
}

const say = (response: ServerResponse, status: number, body?: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(body && JSON.stringify(body))
}

const secretAt = /^\/v1\.0\/secrets\/[^/]+\/([^/?]+)/

const respond = (url: string, response: ServerResponse, memory: HttpMemory): void => {
  if (url === '/v1.0/healthz/outbound') return say(response, memory.isReady() ? 204 : 500)
  if (url === '/v1.0/metadata') return say(response, 200, { id: memory.appId })
  const [, name] = secretAt.exec(url) ?? []
  const value = name && memory.secrets.get(decodeURIComponent(name))
  if (name && value !== undefined) return say(response, 200, { [name]: value })
  if (name) return say(response, 500, { errorCode: 'ERR_SECRET_GET', message: `no secret ${name}` })
  say(response, 404, { errorCode: 'ERR_NOT_FOUND', message: url })
}

/** The part of the sidecar's HTTP API that is used: health, metadata and secrets. */
export const startFakeHttp = async (
  port: number,
  memory: HttpMemory,
): Promise<AsyncDisposable & { readonly port: number }> => {
  const server = createServer(({ url = '/' }, response) => respond(url, response, memory))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
