import type { IdempotencyKey, Origin } from '@micromart/dapr'

/**
 * Who asks. Decisions rest on the caller's own rights, never on which service passed the call on. A machine is a client
 * that speaks for itself (RFC 6749 4.4): it has no account, and so neither cart nor orders, whatever its scopes say.
 */
export type Caller =
  | {
      readonly kind: 'user'
      readonly id: string
      readonly roles: readonly string[]
      readonly scopes: readonly string[]
      /** Claim `sid`: the session that the token came of; undefined for a token of none. */
      readonly sessionId: string | undefined
      /** When the token ends that says so. */
      readonly expiresAt: Date
    }
  | {
      readonly kind: 'machine'
      /** The client's. */
      readonly id: string
      readonly scopes: readonly string[]
      readonly expiresAt: Date
    }
  | { readonly kind: 'anonymous' }

/** What a handler knows about its call besides the request. */
export type CallContext = {
  readonly caller: Caller
  readonly requestId: string
  readonly deadline: Date | undefined
  /** Aborted when the caller has gone away. */
  readonly signal: AbortSignal
  /** Of RPCs that write into the audit log: see `actingOf`. */
  readonly origin?: Origin & { readonly app: string | undefined }
  /** The request's idempotency key, if it brought one; `keyed` makes use of it. */
  readonly idempotency: IdempotencyKey | undefined
}

export const anonymous: Caller = { kind: 'anonymous' }
