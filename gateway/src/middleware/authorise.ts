import type { RequestHandler } from 'express'
import { localsOf } from '../http/locals.ts'
import type { Auth } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'

/** Asks for the route's scope; what belongs to whom is the services' to decide. */
export const authorise = (auth: Auth): RequestHandler => {
  return (_request, response, next) => {
    const { caller } = localsOf(response)
    if (auth.kind === 'none' || caller.kind !== 'user') return next()
    if (caller.scopes.includes(auth.scope)) return next()
    const challenge = `Bearer realm="micromart", error="insufficient_scope", scope="${auth.scope}"`
    throw refusal('scope_missing', { headers: { 'WWW-Authenticate': challenge } })
  }
}
