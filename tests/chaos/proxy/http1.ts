import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Edge } from './edge.ts'
import { isRefusal, keepDoor } from './door.ts'
import type { EdgeProxy } from './tcp.ts'
import type { Traps } from './traps.ts'

const bodyOf = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const methodOf = ({ method = '', url = '' }: IncomingMessage): string =>
  `${method} ${url.split('?')[0] ?? ''}`

type Answer = { readonly head: IncomingMessage; readonly body: Buffer }

const ask = ({ target }: Edge, { method, url, headers }: IncomingMessage, body: Buffer) =>
  new Promise<Answer>((resolve, reject) => {
    const up = request({ ...target, method, path: url, headers, agent: false }, (head) => {
      bodyOf(head).then((whole) => resolve({ head, body: whole }), reject)
    })
    up.on('error', reject)
    up.end(body)
  })

/** Carries the HTTP/1.1 calls of an edge one by one, so that one named call can be held. */
export const http1Proxy = (edge: Edge, traps: Traps): EdgeProxy => {
  const carryCall = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = methodOf(message)
    const doom = (verdict: string): boolean => {
      if (verdict === 'reset') message.socket.resetAndDestroy()
      return verdict !== 'forward'
    }
    const body = await bodyOf(message)
    if (doom(await traps.meet(edge.name, method, 'before'))) return
    const answer = await ask(edge, message, body)
    if (doom(await traps.meet(edge.name, method, 'after'))) return
    const { statusCode = 502, rawHeaders } = answer.head
    response.writeHead(statusCode, rawHeaders).end(answer.body)
  }
  const server = createServer((message, response) => {
    carryCall(message, response).catch((error: Error) => {
      if (isRefusal(error)) door.shut()
      message.socket.resetAndDestroy()
    })
  })
  const door = keepDoor(server, edge)
  const cut = () => {
    server.closeAllConnections()
    return 1
  }
  return {
    spoil: (toxic) => {
      if (toxic.kind !== 'reset')
        throw new Error(`${edge.name}: an http1 edge knows no ${toxic.kind}`)
      cut()
    },
    heal: () => 0,
    cut,
    close: () => {
      door.close()
      cut()
    },
  }
}
