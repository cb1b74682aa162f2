import type { Request, RequestHandler } from 'express'

/** Probes ask in plain HTTP from inside. */
const probes = new Set(['/livez', '/readyz'])

/** Sends plain HTTP to the shop's HTTPS address (308 keeps the method). The path alone is the client's. */
export const httpsOnly =
  (origin: string, isHttps: (request: Request) => boolean): RequestHandler =>
  (request, response, next) => {
    if (isHttps(request) || probes.has(request.path)) return next()
    const path = request.url.startsWith('/') ? request.url : '/'
    response.setHeader('Cache-Control', 'no-store')
    response.status(308).setHeader('Location', `${origin}${path}`).end()
  }
