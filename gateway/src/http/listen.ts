import { once } from 'node:events'
import {
  createServer as createPlain,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { randomBytes } from 'node:crypto'
import type { Log } from '@micromart/kernel'
import type { Express } from 'express'
import { securityHeaders } from '../middleware/security-headers.ts'
import { problemBody, refusal } from '../problem/problem.ts'
import {
  certificateEnd,
  type CertificateFiles,
  readCertificate,
  watchCertificate,
} from './certificate.ts'

export type ListenSettings = {
  readonly port: number
  readonly host: string
  readonly maxSockets: number
  /** How long slow and idle clients are waited for, where a test has less time. */
  readonly bounds?: Partial<typeof standardBounds>
}

/** Bounds for slow and idle clients (S47): 1,000 slow sockets must not stop the others. In ms. */
const standardBounds = {
  headersTimeout: 10_000,
  requestTimeout: 300_000, // a file of 50 MB; JSON bodies have 10 s of their own
  keepAliveTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  /** Without a byte either way: a client that does not read its answer is cut, too. */
  quiet: 120_000,
}

const drainMs = 5_000

const refusalOf = (code: string | undefined) => {
  if (code === 'HPE_HEADER_OVERFLOW') return refusal('headers_too_large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal('request_timeout')
  return refusal('http_malformed')
}

/** What is not HTTP is told so, as a problem, and the connection ends (S39). */
const refuseMalformed = (error: NodeJS.ErrnoException, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = refusalOf(error.code)
  const body = problemBody(problem, '', randomBytes(16).toString('hex'))
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    ...Object.entries(securityHeaders).map(([name, value]) => `${name}: ${value}`),
    'Cache-Control: no-store',
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

/** Any `Expect` but `100-continue`. Node alone would answer 417 without a word and without the headers of S50. */
const refuseExpectation: RequestListener = (_request, response: ServerResponse): void => {
  const problem = refusal('expectation_failed')
  const body = problemBody(problem, '', randomBytes(16).toString('hex'))
  response.writeHead(problem.status, {
    ...securityHeaders,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/problem+json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  })
  response.end(body)
}

/** Lets running requests end, then cuts what is left. */
const close = async (server: Server): Promise<void> => {
  const closed = once(server, 'close')
  server.close()
  const sweep = setInterval(() => server.closeIdleConnections(), 20) // kept alive after their last answer
  const cut = setTimeout(() => server.closeAllConnections(), drainMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

type Listening = AsyncDisposable & { readonly port: number }

/** What the server knows of slow clients; a missing Host is refused by a middleware, with a problem body. */
const timeoutsOf = ({ bounds = {} }: ListenSettings) => {
  const { quiet: timeout, ...timeouts } = { ...standardBounds, ...bounds }
  return { timeout, options: { ...timeouts, requireHostHeader: false, noDelay: true } }
}

const listenOn = async (server: Server, settings: ListenSettings): Promise<Listening> => {
  const { port, host, maxSockets } = settings
  server.maxConnections = maxSockets
  server.timeout = timeoutsOf(settings).timeout
  server.on('clientError', refuseMalformed)
  server.on('checkExpectation', refuseExpectation)
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address() as AddressInfo
  return { port: address.port, [Symbol.asyncDispose]: () => close(server) }
}

/** The public listener for plain HTTP. */
export const listen = (app: Express, settings: ListenSettings): Promise<Listening> =>
  listenOn(createPlain(timeoutsOf(settings).options, app), settings)

type Secured = ListenSettings & {
  readonly files: CertificateFiles
  /** How often the files are looked at. */
  readonly everyMs: number
  readonly log: Log
}

/** The HTTPS listener, and when the certificate ends that it serves. */
type Secure = Listening & { readonly certificateEnds: () => Date }

/** A handshake takes as long as headers may. */
const handshakeTimeout = 10_000

/**
 * The public listener for HTTPS. A certificate that is renewed serves the connections that come after.
 * @throws when there is no good certificate to begin with
 */
export const listenSecurely = async (app: Express, settings: Secured): Promise<Secure> => {
  const { files, everyMs, log } = settings
  const options = await readCertificate(files)
  const server = createSecure(
    { ...timeoutsOf(settings).options, ...options, handshakeTimeout },
    app,
  )
  await using starting = new AsyncDisposableStack()
  const { port } = starting.use(await listenOn(server, settings))
  let ends = certificateEnd(options)
  const renew = (renewed: SecureContextOptions): void => {
    server.setSecureContext(renewed)
    ends = certificateEnd(renewed)
  }
  starting.use(watchCertificate({ files, everyMs, renew, log }))
  const running = starting.move()
  return { port, certificateEnds: () => ends, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
