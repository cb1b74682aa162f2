import type { Breaker } from '@micromart/dapr'
import { context, propagation } from '@opentelemetry/api'
import { guardedBy } from './guarded.ts'

export type ProviderAddress = { readonly url: string; readonly key: string }

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

/** One request; the connection is cut when its time is over. @throws on 5xx, a lost connection, a body that is no JSON */
const sendOnce = async (
  address: ProviderAddress,
  request: ProviderRequest,
): Promise<ProviderReply> => {
  const response = await fetch(address.url + request.path, {
    method: request.method,
    headers: headersOf(address, request),
    redirect: 'error',
    signal: AbortSignal.timeout(request.limitMs),
    ...(request.body && { body: JSON.stringify(request.body) }),
  })
  const body: unknown = await response.json()
  if (response.status >= 500) throw new Error(`the provider answered ${response.status}`)
  return { status: response.status, body }
}

export type ProviderSender = {
  /** @returns undefined when the provider could not be asked or did not answer */
  readonly send: (request: ProviderRequest) => Promise<ProviderReply | undefined>
  readonly available: () => boolean
}

/** Sends requests of one operation to the provider, through the breaker of that operation. */
export const providerSender = (
  address: ProviderAddress,
  operation: string,
  breaker: Breaker,
): ProviderSender => {
  const { run, available } = guardedBy(operation, breaker)
  return {
    available,
    send: (request) => run(request.limitMs, () => sendOnce(address, request)),
  }
}
