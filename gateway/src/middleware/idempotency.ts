import { createHash } from 'node:crypto'
import type { IdempotencyKey } from '@micromart/dapr'
import type { Request, RequestHandler, Response } from 'express'
import { keyUse } from '../http/key-use.ts'
import { localsOf } from '../http/locals.ts'
import type { Route } from '../http/route.ts'
import { fingerprint } from '../json/canonical.ts'
import { refusal } from '../problem/problem.ts'
import { sentCartToken } from '../routes/cart-token.ts'
import { headerOf, type Transport } from './transport.ts'

const printable = /^[\x20-\x7e]{1,255}$/

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * The key as it was sent.
 * @throws HttpProblem 400 for none where one is required, for two, and for one of another form
 */
const keyOf = ({ headersDistinct }: Request, isRequired: boolean): string | undefined => {
  const [key, ...others] = headersDistinct['idempotency-key'] ?? []
  if (isRequired && (key === undefined || key === '')) throw refusal('idempotency_key_required')
  if (key === undefined) return undefined
  if (others.length > 0 || !printable.test(key)) throw refusal('idempotency_key_invalid')
  return key
}

/** A guest is who holds the token of the cart, or of the order. */
const guestToken = (
  request: Request,
  response: Response,
  { auth }: Route,
  { isHttps }: Transport,
): string | undefined => {
  const header = headerOf(request)
  if (auth.kind === 'order-token') return header('X-Order-Token')
  const { caller } = localsOf(response)
  return sentCartToken({ header, https: isHttps(request), caller })?.token
}

/**
 * For whom a key counts. Nobody: two strangers without a token may use the same key, and neither must get the other's
 * answer; such a key binds nothing.
 */
const principalOf = (
  request: Request,
  response: Response,
  route: Route,
  transport: Transport,
): string | undefined => {
  const { caller } = localsOf(response)
  if (caller.kind === 'user') return `user ${caller.id}`
  if (caller.kind === 'machine') return `client ${caller.id}`
  const token = guestToken(request, response, route, transport)
  return token && `guest ${sha256(token)}`
}

/** What makes a repeat the same request, beside its key. */
const keyed = (
  { method, path }: Route,
  { params, query, body }: { params?: unknown; query?: unknown; body?: unknown },
  principal: string,
  key: string,
): IdempotencyKey => {
  const verb = method.toUpperCase()
  const content = { principal, params, query, body }
  return {
    key,
    scope: sha256(JSON.stringify([principal, verb, path])),
    fingerprint: fingerprint(verb, path, content),
  }
}

/**
 * Takes the request's `Idempotency-Key`: whose it is, and what it was sent with. The service that acts keeps the answer;
 * here is nothing to remember. Runs when params, query and body are checked, so bad input binds no key.
 */
export const idempotency = (route: Route, transport: Transport): RequestHandler => {
  const use = keyUse(route)
  if (use === 'ignored') return (_request, _response, next) => next()
  return (request, response, next) => {
    const locals = localsOf(response)
    const key = keyOf(request, use === 'required')
    const principal = principalOf(request, response, route, transport)
    if (key !== undefined && principal !== undefined) {
      locals.idempotency = keyed(route, locals, principal, key)
    }
    next()
  }
}
