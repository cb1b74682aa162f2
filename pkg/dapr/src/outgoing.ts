import { Metadata } from '@grpc/grpc-js'
import { idempotencyHeaders, originHeaders } from '@micromart/contracts'
import { DomainError } from '@micromart/kernel'
import { type CallScope, callContext, type IdempotencyKey, type Origin } from './context.ts'

export type CallOptions = {
  /** Cancels this call; the request's own signal cancels it too. */
  readonly signal?: AbortSignal
  /** Makes the call a keyed request of its own: a repeat gets the first one's answer. */
  readonly idempotency?: IdempotencyKey
}

type Wanted = {
  readonly service: string
  readonly limitMs: number
  readonly apiToken: string | undefined
  readonly forwardsToken: boolean
  /** Told to RPCs that write into the audit log. */
  readonly tellsOrigin: boolean
  readonly idempotency?: IdempotencyKey | undefined
  readonly signal?: AbortSignal | undefined
}

const addKey = (metadata: Metadata, { key, scope, fingerprint }: IdempotencyKey): void => {
  metadata.set(idempotencyHeaders.key, key)
  metadata.set(idempotencyHeaders.scope, scope)
  metadata.set(idempotencyHeaders.fingerprint, fingerprint)
}

const addOrigin = (metadata: Metadata, { address, userAgent }: Origin): void => {
  if (address !== undefined) metadata.set(originHeaders.address, address)
  if (userAgent !== undefined) metadata.set(originHeaders.userAgent, userAgent)
}

const earlier = (one: Date, other: Date | undefined): Date =>
  other !== undefined && other < one ? other : one

const eitherOf = (one?: AbortSignal, other?: AbortSignal): AbortSignal | undefined =>
  one && other ? AbortSignal.any([one, other]) : (one ?? other)

const metadataFor = (
  { apiToken, forwardsToken, tellsOrigin, idempotency }: Wanted,
  { requestId, token, origin }: CallScope,
): Metadata => {
  const metadata = new Metadata()
  if (apiToken !== undefined) metadata.set('dapr-api-token', apiToken)
  if (requestId !== undefined) metadata.set('x-request-id', requestId)
  if (forwardsToken && token !== undefined) metadata.set('authorization', `Bearer ${token}`)
  if (tellsOrigin && origin) addOrigin(metadata, origin)
  if (idempotency) addKey(metadata, idempotency)
  return metadata
}

/**
 * Metadata, deadline and signal of a call made for the request being served. Nothing of the incoming metadata is
 * passed on as it is: `dapr-callee-app-id` would beat `dapr-app-id` and bring the call back to us.
 * @throws DomainError unavailable `deadline_exceeded`: the request has no time left, so the call is not begun
 */
export const outgoingCall = (wanted: Wanted) => {
  const { service, limitMs, signal } = wanted
  const scope = callContext.getStore() ?? {}
  const now = new Date()
  const deadline = earlier(new Date(now.getTime() + limitMs), scope.deadline)
  if (deadline <= now) throw new DomainError('unavailable', 'deadline_exceeded', { service })
  const metadata = metadataFor(wanted, scope)
  return { metadata, deadline, signal: eitherOf(scope.signal, signal) }
}
