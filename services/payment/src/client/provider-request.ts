import { once } from 'node:events'
import http from 'node:http'
import https from 'node:https'
import type { Breaker } from '@micromart/dapr'
import { context, propagation } from '@opentelemetry/api'
import { guardedBy } from './guarded.ts'

export type ProviderAddress = {
  readonly url: string
  readonly key: string
  /** PEM: the root of its certificate; those that Node knows without it. */
  readonly ca?: string | undefined
}

/** What the provider said. Everything that is no such thing is thrown: the breaker counts it. */
export type ProviderReply = { readonly status: number; readonly body: unknown }

type ProviderRequest = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly idempotencyKey?: string
  readonly body?: object
  readonly limitMs: number
}

const headersOf = ({ key }: ProviderAddress, { idempotencyKey, body }: ProviderRequest) => {
  const headers: Record<string, string> = { authorization: `Bearer ${key}` }
  if (body) headers['content-type'] = 'application/json'
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
  propagation.inject(context.active(), headers)
  return headers
}

/** A provider with the connections to it. */
export type ProviderClient = ProviderAddress & {
  readonly request: typeof http.request
  readonly agent: http.Agent
}

/** A connection is kept for the next request: fetch would do the same for three times the CPU. */
export const providerClient = (address: ProviderAddress): ProviderClient => {
  if (!address.url.startsWith('https:')) {
    return { ...address, request: http.request, agent: new http.Agent({ keepAlive: true }) }
  }
  const trusted = address.ca === undefined ? {} : { ca: address.ca }
  const agent = new https.Agent({ keepAlive: true, minVersion: 'TLSv1.2', ...trusted })
  return { ...address, request: https.request, agent }
}

/** A page of the ledger takes a tenth of it. */
const mostBytes = 1024 * 1024

/** @throws when it is longer than anything we ask for: the connection is cut (S67) */
const textOf = async (response: http.IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > mostBytes) throw new Error('the provider says more than it should')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/** Begins a request; ended it is answered or, whatever it waits for then, cut when its time is over. */
const begin = (client: ProviderClient, asked: ProviderRequest): http.ClientRequest => {
  const { request, agent } = client
  const url = new URL(client.url + asked.path)
  const begun = request(url, { method: asked.method, headers: headersOf(client, asked), agent })
  const late = () => begun.destroy(new Error('the provider did not answer'))
  const timer = setTimeout(late, asked.limitMs)
  begun.on('error', () => undefined) // one that comes after the response's head is told by its body, too
  return begun.once('close', () => clearTimeout(timer))
}

/** One request. @throws on 5xx, a redirect, a lost connection, a body that is no JSON or too long, a limit passed */
const sendOnce = async (client: ProviderClient, asked: ProviderRequest): Promise<ProviderReply> => {
  const request = begin(client, asked)
  request.end(asked.body && JSON.stringify(asked.body))
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const body: unknown = JSON.parse(await textOf(response))
  const { statusCode: status = 500 } = response
  const isAnswer = status < 300 || (status >= 400 && status < 500)
  if (!isAnswer) throw new Error(`the provider answered ${status}`)
  return { status, body }
}

export type ProviderSender = {
  /** @returns undefined when the provider could not be asked or did not answer */
  readonly send: (request: ProviderRequest) => Promise<ProviderReply | undefined>
  readonly available: () => boolean
}

/** Sends requests of one operation to the provider, through the breaker of that operation. */
export const providerSender = (
  client: ProviderClient,
  operation: string,
  breaker: Breaker,
): ProviderSender => {
  const { run, available } = guardedBy(operation, breaker)
  return {
    available,
    send: (request) => run(request.limitMs, () => sendOnce(client, request)),
  }
}
