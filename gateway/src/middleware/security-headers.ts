import type { RequestHandler } from 'express'

/** On every answer, errors included (security.md section 8). Routes that show pages replace the policy. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
}

const pairs = Object.entries(securityHeaders)

/** @param isHttps RFC 6797 7.2: HSTS is said over TLS only */
export const secureHeaders =
  (isHttps: (request: Parameters<RequestHandler>[0]) => boolean): RequestHandler =>
  (request, response, next) => {
    for (const [name, value] of pairs) response.setHeader(name, value)
    if (isHttps(request)) {
      response.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains')
    }
    next()
  }
