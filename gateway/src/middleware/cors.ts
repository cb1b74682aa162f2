import type { RequestHandler } from 'express'
import { isPage } from '../http/pages.ts'

const exposed = [
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Cart-Token',
  'X-Erasure-Token',
  'X-Request-Id',
].join(', ')

const allowedHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
  'X-Cart-Token',
  'X-Erasure-Token',
  'X-Order-Token',
  'X-Request-Id',
  'traceparent',
].join(', ')

/**
 * Lets the listed origins in, compared as whole texts: no suffix, no pattern, never `null` (S49).
 * A preflight of a listed origin is answered here; of any other it goes on and gets 405 without CORS headers. The pages on which
 * somebody logs in and is asked are no script's to read, whatever its origin (RFC 9700 2.6).
 */
export const cors = (origins: readonly string[]): RequestHandler => {
  const listed = new Set(origins)
  return (request, response, next) => {
    response.setHeader('Vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !listed.has(origin) || isPage(request.path)) return next()
    response.setHeader('Access-Control-Allow-Origin', origin)
    response.setHeader('Access-Control-Allow-Credentials', 'true')
    response.setHeader('Access-Control-Expose-Headers', exposed)
    const wanted = request.headers['access-control-request-method']
    if (request.method !== 'OPTIONS' || wanted === undefined) return next()
    response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    response.setHeader('Access-Control-Allow-Headers', allowedHeaders)
    response.setHeader('Access-Control-Max-Age', '600')
    response.status(204).end()
  }
}
