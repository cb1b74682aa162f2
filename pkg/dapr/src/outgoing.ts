import { Metadata } from '@grpc/grpc-js'
import { DomainError } from '@micromart/kernel'
import { callContext } from './context.ts'

export type CallOptions = {
  /** Cancels this call; the request's own signal cancels it too. */
  readonly signal?: AbortSignal
}

type Wanted = {
  readonly service: string
  readonly limitMs: number
  readonly apiToken: string | undefined
  readonly forwardsToken: boolean
  readonly signal?: AbortSignal | undefined
}

const earlier = (one: Date, other: Date | undefined): Date =>
  other !== undefined && other < one ? other : one

const eitherOf = (one?: AbortSignal, other?: AbortSignal): AbortSignal | undefined =>
  one && other ? AbortSignal.any([one, other]) : (one ?? other)

/**
 * Metadata, deadline and signal of a call made for the request being served. Nothing of the incoming metadata is
 * passed on as it is: `dapr-callee-app-id` would beat `dapr-app-id` and bring the call back to us.
 * @throws DomainError unavailable `deadline_exceeded`: the request has no time left, so the call is not begun
 */
export const outgoingCall = ({ service, limitMs, apiToken, forwardsToken, signal }: Wanted) => {
  const scope = callContext.getStore() ?? {}
  const now = new Date()
  const deadline = earlier(new Date(now.getTime() + limitMs), scope.deadline)
  if (deadline <= now) throw new DomainError('unavailable', 'deadline_exceeded', { service })
  const metadata = new Metadata()
  if (apiToken !== undefined) metadata.set('dapr-api-token', apiToken)
  if (scope.requestId !== undefined) metadata.set('x-request-id', scope.requestId)
  if (forwardsToken && scope.token !== undefined) {
    metadata.set('authorization', `Bearer ${scope.token}`)
  }
  return { metadata, deadline, signal: eitherOf(scope.signal, signal) }
}
