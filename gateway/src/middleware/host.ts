import type { RequestHandler } from 'express'
import { refusal } from '../problem/problem.ts'

/** HTTP/1.1 asks for a `Host` (RFC 9112 3.2). Node would refuse it too, but without a problem body. */
export const hostNamed: RequestHandler = (request, _response, next) => {
  if (request.httpVersion === '1.1' && request.headers.host === undefined) {
    throw refusal('http_malformed')
  }
  next()
}
