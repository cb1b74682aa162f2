import { AsyncLocalStorage } from 'node:async_hooks'

/** A shopper's idempotency key on its way; `idempotencyHeaders` of the contracts say what each part is. */
export type IdempotencyKey = {
  readonly key: string
  readonly scope: string
  readonly fingerprint: string
}

/** Where a request came from, as the gateway saw it. */
export type Origin = {
  /** IP address. */
  readonly address?: string | undefined
  /** Printable ASCII, at most 120 characters. */
  readonly userAgent?: string | undefined
}

/** What an incoming request lends to the calls made for it. */
export type CallScope = {
  /** The caller's access token, without `Bearer`. Sent on only to RPCs that decide by the user. */
  readonly token?: string | undefined
  /** No call made for the request outlives it. */
  readonly deadline?: Date | undefined
  readonly requestId?: string | undefined
  /** Aborted when the caller has gone away: calls still running are cancelled. */
  readonly signal?: AbortSignal | undefined
  /** Sent on only by clients that are told so (`forwardsKey`). */
  readonly idempotency?: IdempotencyKey | undefined
  /** Sent on only to RPCs that write into the audit log. */
  readonly origin?: Origin | undefined
  /** Set when an answer to a call made for this request had been frozen by an earlier one. */
  replayed?: boolean
}

/** The scope of the request being served; `pkg/service` sets it per RPC, the gateway per HTTP request. */
export const callContext = new AsyncLocalStorage<CallScope>()

/** Runs work whose outgoing calls carry the scope. An empty scope cuts work loose from its request. */
export const runInContext = <T>(scope: CallScope, work: () => T): T => callContext.run(scope, work)
