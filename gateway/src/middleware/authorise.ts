import { scopeRefusal } from '@micromart/service'
import type { RequestHandler } from 'express'
import { localsOf } from '../http/locals.ts'
import type { Auth } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'

/** Asks for the route's scope; what belongs to whom is the services' to decide. */
export const authorise = (auth: Auth): RequestHandler => {
  return (_request, response, next) => {
    const { caller } = localsOf(response)
    if (auth.kind === 'none' || caller.kind === 'anonymous') return next()
    const code = scopeRefusal(caller, auth.scope)
    if (code === undefined) return next()
    const challenge = `Bearer realm="micromart", error="insufficient_scope", scope="${auth.scope}"`
    throw refusal(code, { headers: { 'WWW-Authenticate': challenge } })
  }
}
