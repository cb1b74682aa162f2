import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
} from 'node:http2'
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import { isRefusal, keepDoor } from './door.ts'
import type { Edge, Verdict } from './edge.ts'
import { callThrough, clearUp, newWeather } from './flow.ts'
import type { EdgeProxy } from './tcp.ts'
import type { Traps } from './traps.ts'

/** Hop-by-hop: each connection has its own. */
const own = new Set(['connection', 'keep-alive', 'transfer-encoding'])

const passed = (headers: IncomingHttpHeaders): Record<string, string | string[]> => {
  const copy: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !own.has(name) && name !== ':status') copy[name] = value
  }
  return copy
}

type Answer = {
  readonly head: IncomingHttpHeaders
  readonly chunks: readonly Buffer[]
  readonly trailers: IncomingHttpHeaders | undefined
}

/** One unary call to its end. A stream that never ends is no matter for a trap. */
const ask = (
  session: ClientHttp2Session,
  headers: IncomingHttpHeaders,
  body: Buffer,
  gone: (stop: () => void) => void,
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const up = session.request(headers)
    gone(() => up.close(constants.NGHTTP2_CANCEL))
    let head: IncomingHttpHeaders = {}
    let trailers: IncomingHttpHeaders | undefined
    const chunks: Buffer[] = []
    up.on('response', (given) => (head = given))
    up.on('trailers', (given) => (trailers = given))
    up.on('data', (chunk: Buffer) => chunks.push(chunk))
    up.on('error', reject)
    up.on('close', () =>
      head[':status'] === undefined
        ? reject(new Error('no answer'))
        : resolve({ head, chunks, trailers }),
    )
    up.end(body)
  })

const reply = (stream: ServerHttp2Stream, { head, chunks, trailers }: Answer): void => {
  if (stream.destroyed) return
  const status = { ':status': head[':status'], ...passed(head) }
  if (!trailers) {
    stream.respond(status, { endStream: chunks.length === 0 })
    if (chunks.length > 0) stream.end(Buffer.concat(chunks))
    return
  }
  stream.respond(status, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(passed(trailers)))
  stream.end(Buffer.concat(chunks))
}

/** Which app calls: its sidecar says so. */
const callerOf = (headers: IncomingHttpHeaders): string | undefined => {
  const named = headers['dapr-caller-app-id']
  return Array.isArray(named) ? named[0] : named
}

const bodyOf = async (stream: ServerHttp2Stream): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/**
 * Carries the unary gRPC calls of an edge one by one, so that one named call can be held. Message by message it knows
 * nothing: it reads the path only.
 */
export const http2Proxy = (edge: Edge, traps: Traps): EdgeProxy => {
  const sessions = new Set<ServerHttp2Session>()
  const weather = newWeather()

  const open = (): ClientHttp2Session =>
    connect(`http://${edge.target.host}:${edge.target.port}`)
      // Its calls fail and say so.
      .on('error', (error) => isRefusal(error) && door.shut())

  /** Past the caller's connection, which may be gone by now. */
  const deliverAlone = async (headers: IncomingHttpHeaders, body: Buffer): Promise<void> => {
    const session = open()
    try {
      await ask(session, headers, body, () => {})
    } finally {
      session.close()
    }
  }

  const carryCall = async (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    upstream: () => ClientHttp2Session,
  ): Promise<void> => {
    const method = headers[':path'] ?? ''
    const stops: (() => void)[] = []
    stream.on('close', () => stops.forEach((stop) => stop()))
    const doom = (verdict: Verdict | undefined): boolean => {
      if (verdict === 'reset') stream.session?.destroy()
      return verdict === 'reset' || verdict === 'hang'
    }
    const body = await bodyOf(stream)
    await callThrough(weather, { caller: callerOf(headers), method }, stream)
    if (stream.destroyed) return
    const deliver = () => deliverAlone(headers, body)
    const verdict = await traps.meet(edge.name, { method, body, deliver }, 'before')
    if (doom(verdict)) return
    if (verdict === 'twice') deliver().catch(() => {}) // nobody waits for the second answer
    const answer = await ask(upstream(), headers, body, (stop) => stops.push(stop))
    if (doom(await traps.meet(edge.name, { method, body }, 'after'))) return
    reply(stream, answer)
  }

  const server: Http2Server = createServer()
  server.on('session', (session) => {
    sessions.add(session)
    let up: ClientHttp2Session | undefined
    const upstream = () => {
      if (!up || up.destroyed || up.closed) up = open()
      return up
    }
    session.on('error', () => {})
    session.on('close', () => {
      sessions.delete(session)
      up?.destroy()
    })
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      stream.on('error', () => {})
      carryCall(stream, headers, upstream).catch(() => {
        // As a callee that is gone: the caller's sidecar sees its stream refused.
        if (!stream.destroyed) stream.close(constants.NGHTTP2_REFUSED_STREAM)
      })
    })
  })
  const door = keepDoor(server, edge)

  const cut = () => {
    const count = sessions.size
    for (const session of sessions) session.destroy()
    return count
  }
  return {
    spoil: (toxic) => {
      if (toxic.kind !== 'reset' && toxic.kind !== 'blackhole')
        throw new Error(`${edge.name}: an http2 edge knows no ${toxic.kind}`)
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
