import type { TokenVerifier } from '@micromart/service'
import type { RequestHandler } from 'express'
import { localsOf } from '../http/locals.ts'
import type { Auth } from '../http/route.ts'
import { type HttpProblem, problemOf, refusal } from '../problem/problem.ts'

const bearer = /^Bearer +([A-Za-z0-9._~+/-]{1,4096}=*)$/i

const missing = () =>
  refusal('authentication_required', {
    headers: { 'WWW-Authenticate': 'Bearer realm="micromart"' },
  })

const invalid = (cause?: unknown) =>
  refusal('token_invalid', {
    cause,
    headers: { 'WWW-Authenticate': 'Bearer realm="micromart", error="invalid_token"' },
  })

/** Keys that cannot be had are 503 (S65); everything else about a token is 401, with one text. */
const refusedToken = (error: unknown): HttpProblem => {
  const problem = problemOf(error)
  return problem.status >= 500 ? problem : invalid(error)
}

/**
 * Verifies the access token here, before any call is made for the request.
 * @throws HttpProblem 401 with `WWW-Authenticate`; 503 when the keys are not to be had
 */
export const authenticate = (auth: Auth, verifier: TokenVerifier): RequestHandler => {
  return async (request, response, next) => {
    const locals = localsOf(response)
    locals.caller = { kind: 'anonymous' }
    if (auth.kind === 'none') return next()
    const header = request.headers.authorization
    if (header === undefined) {
      const guest = auth.kind === 'optional' || Boolean(request.headers['x-order-token'])
      if (auth.kind === 'required' || !guest) throw missing()
      return next()
    }
    const token = bearer.exec(header)?.[1]
    if (token === undefined) throw invalid()
    locals.caller = await verifier.verify(token).catch((error: unknown) => {
      throw refusedToken(error)
    })
    locals.token = token
    next()
  }
}
