import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Edge, Verdict } from './edge.ts'
import { isRefusal, keepDoor } from './door.ts'
import { callThrough, clearUp, newWeather } from './flow.ts'
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
  const weather = newWeather()
  const carryCall = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = methodOf(message)
    const doom = (verdict: Verdict | undefined): boolean => {
      if (verdict === 'reset') message.socket.resetAndDestroy()
      return verdict === 'reset' || verdict === 'hang'
    }
    const body = await bodyOf(message)
    await callThrough(weather, { method }, message.socket)
    if (message.socket.destroyed) return
    const deliver = () => ask(edge, message, body)
    const verdict = await traps.meet(edge.name, { method, body, deliver }, 'before')
    if (doom(verdict)) return
    if (verdict === 'twice') deliver().catch(() => {}) // nobody waits for the second answer
    const answer = await deliver()
    if (doom(await traps.meet(edge.name, { method, body }, 'after'))) return
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
      if (toxic.kind !== 'reset' && toxic.kind !== 'blackhole')
        throw new Error(`${edge.name}: an http1 edge knows no ${toxic.kind}`)
      weather.touched = 0
      weather.toxic = toxic
      if (toxic.kind === 'reset') cut()
    },
    met: () => weather.touched,
    heal: () => clearUp(weather),
    cut,
    close: () => {
      door.close()
      cut()
    },
  }
}
