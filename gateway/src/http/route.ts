import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AuditAction, Scope } from '@micromart/kernel'
import type { Caller } from '@micromart/service'
import type { z } from 'zod'
import type { Shop } from '../client/shop.ts'

/**
 * Who may use a route.
 * - `none`: anybody; a token is not looked at
 * - `optional`: guests too; a token that is sent must be good and hold the scope
 * - `order-token`: a token with the scope, or the guest's `X-Order-Token`
 * - `required`: a token with the scope
 */
export type Auth =
  | { readonly kind: 'none' }
  | { readonly kind: 'optional' | 'order-token' | 'required'; readonly scope: Scope }

export const anybody: Auth = { kind: 'none' }
export const guestsToo = (scope: Scope): Auth => ({ kind: 'optional', scope })
export const withOrderToken = (scope: Scope): Auth => ({ kind: 'order-token', scope })
export const needs = (scope: Scope): Auth => ({ kind: 'required', scope })

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** Which budget of requests a route draws from; `none` for what must always answer. */
export type Budget = 'none' | 'reads' | 'auth' | 'tokens' | 'checkout' | 'writes' | 'webhooks'

/**
 * What a body is: JSON of a shape (perhaps left out), the bytes as they came (a signature is over them), or a stream that
 * the handler reads.
 */
export type Body<B> =
  | { readonly type: 'json'; readonly shape: z.ZodType<B>; readonly optional?: boolean }
  | {
      readonly type: 'bytes'
      readonly mediaType: string
      readonly maxBytes: number
      readonly optional?: boolean
    }
  | { readonly type: 'stream'; readonly mediaType: string; readonly maxBytes: number }

/** A header that a route reads, for the document. */
export type HeaderSpec = {
  readonly name: string
  readonly description: string
  readonly required?: boolean
}

/** One documented answer; without a shape and media type it has no body. */
export type ResponseSpec = {
  readonly description: string
  readonly shape?: z.ZodType
  readonly mediaType?: string
  readonly headers?: readonly string[]
}

/** What a handler gets: checked input, the caller, and the few headers it asks for. */
export type Input<P, Q, B> = {
  /** Path and query as they were sent. */
  readonly target: string
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly caller: Caller
  /** A header's text; undefined when absent. */
  readonly header: (name: string) => string | undefined
  /** Whether the shopper's connection is HTTPS, by our own socket or a trusted proxy's word. */
  readonly https: boolean
  /** Where the request came from, by our own socket or a trusted proxy's word. */
  readonly address: string | undefined
  /** The body of a `stream` route. */
  readonly stream: IncomingMessage
  /** Aborted when the client has gone away. */
  readonly gone: AbortSignal
}

/** What a handler answers: JSON, bytes, a stream written by itself, or nothing. */
export type Answer = {
  readonly status: number
  readonly json?: unknown
  readonly bytes?: { readonly type: string; readonly content: Uint8Array | string }
  readonly write?: (response: ServerResponse) => Promise<void>
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
}

/** One row of the route table: Express routes, 405, OpenAPI and the authorisation matrix are made of it. */
export type Route<P = unknown, Q = unknown, B = unknown> = {
  readonly method: Method
  /** As in OpenAPI: `/v1/products/{idOrHandle}`. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly auth: Auth
  readonly budget: Budget
  readonly params?: z.ZodType<P>
  readonly query?: z.ZodType<Q>
  readonly body?: Body<B>
  readonly headers?: readonly HeaderSpec[]
  readonly responses: Readonly<Record<number, ResponseSpec>>
  /** What becomes of an `Idempotency-Key`, where `keyUse` would not say so. */
  readonly idempotencyKey?: 'required' | 'ignored'
  /** Answered before body parsers and authentication, from prepared buffers. */
  readonly cached?: 'lists' | 'product' | 'categories'
  /** May be kept by caches; all other answers are `no-store`. */
  readonly public?: boolean
  /** How long the connection may be quiet until the answer, where the server's two minutes are not enough. */
  readonly patienceMs?: number
  /**
   * What the audit log calls it. The service that acts writes the entry; here it is a line in the log, also of what was
   * refused. Every route of the staff that changes something has one.
   */
  readonly audit?: AuditAction
  readonly handler: (input: Input<P, Q, B>, shop: Shop) => Promise<Answer>
}

/** A row whose handler's input follows from its shapes. */
export const route = <P, Q, B>(row: Route<P, Q, B>): Route => row as Route

export const json = (status: number, body: unknown, headers: Answer['headers'] = {}): Answer => ({
  status,
  json: body,
  headers,
})

export const noContent: Answer = { status: 204 }
