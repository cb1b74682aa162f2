import type { Log } from '@micromart/kernel'
import type { TokenVerifier } from '@micromart/service'
import express, { type Express, type RequestHandler } from 'express'
import type { CatalogueCache } from '../cache/catalogue-cache.ts'
import type { Shop } from '../client/shop.ts'
import type { Limits } from '../limits/limits.ts'
import { type WaitingRoom, waitingRoom } from '../limits/waiting-room.ts'
import { authenticate } from '../middleware/authenticate.ts'
import { authorise } from '../middleware/authorise.ts'
import { body } from '../middleware/body.ts'
import { cors } from '../middleware/cors.ts'
import { handle } from '../middleware/handle.ts'
import { hostNamed } from '../middleware/host.ts'
import { idempotency } from '../middleware/idempotency.ts'
import { httpsOnly } from '../middleware/https-only.ts'
import { measure, traced } from '../middleware/observe.ts'
import { problems } from '../middleware/problems.ts'
import { limitAccount, limitAddress } from '../middleware/rate-limit.ts'
import { requestId } from '../middleware/request-id.ts'
import { secureHeaders } from '../middleware/security-headers.ts'
import { takeTurn } from '../middleware/take-turn.ts'
import type { Transport } from '../middleware/transport.ts'
import { validate } from '../middleware/validate.ts'
import { refusal } from '../problem/problem.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Route } from './route.ts'
import { serveCached } from './serve-cached.ts'
import { allowOf, byPath, expressPath } from './table.ts'

export type AppParts = {
  readonly shop: Shop
  readonly verifier: TokenVerifier
  readonly limits: Limits
  readonly cache: CatalogueCache
  readonly log: Log
  readonly corsOrigins: readonly string[]
  /** Addresses or networks whose `X-Forwarded-*` is believed. */
  readonly trustedProxies: readonly string[]
  readonly metrics: GatewayMetrics
  /** Plain HTTP is sent there; undefined serves it. */
  readonly httpsOrigin: string | undefined
}

/** Without trusted proxies the socket alone tells how a request came. */
const transport = ({ trustedProxies }: AppParts): Transport => {
  const isTrusting = trustedProxies.length > 0
  return {
    isHttps: (request) => (isTrusting ? request.secure : 'encrypted' in request.socket),
    addressOf: (request) => (isTrusting ? request.ip : request.socket.remoteAddress),
  }
}

/** Routes that hash a password. Eight keep the user service busy, which hashes one at a time. */
const hashing = { atOnce: 8, waiting: 500, patienceMs: 2_000 } as const

/** The steps of a route in contract.md's order: limit, 401, 403, 415, 413, 400, then the work. */
const steps = (route: Route, parts: AppParts, room: WaitingRoom): RequestHandler[] => {
  const way = transport(parts)
  const { limits, verifier, shop, cache, metrics, log } = parts
  const limit = limitAddress(limits, route.budget, way.addressOf)
  if (route.cached) {
    return [measure(route, metrics), limit, ...serveCached(route, cache, shop, metrics, log)]
  }
  return [
    measure(route, metrics),
    traced(route, log),
    limit,
    authenticate(route.auth, verifier),
    authorise(route.auth),
    body(route.body),
    validate(route),
    idempotency(route, way),
    limitAccount(limits, route.budget, way.addressOf),
    ...(route.budget === 'auth' ? [takeTurn(room)] : []),
    handle(route, shop, way),
  ]
}

const refuseMethod = (routes: readonly Route[]): RequestHandler => {
  const allow = allowOf(routes)
  return () => {
    throw refusal('method_not_allowed', { headers: { Allow: allow } })
  }
}

/** Express from the route table: what is not in the table is 404, what its path does not declare 405. */
export const createApp = (table: readonly Route[], parts: AppParts): Express => {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', false)
  app.enable('case sensitive routing').enable('strict routing')
  app.set('trust proxy', parts.trustedProxies.length > 0 ? [...parts.trustedProxies] : false)
  const { isHttps } = transport(parts)
  app.use(secureHeaders(isHttps), requestId, cors(parts.corsOrigins), hostNamed)
  if (parts.httpsOrigin !== undefined) app.use(httpsOnly(parts.httpsOrigin, isHttps))
  const room = waitingRoom(hashing)
  for (const [path, routes] of byPath(table)) {
    const place = app.route(expressPath(path))
    for (const route of routes) place[route.method](...steps(route, parts, room))
    place.all(refuseMethod(routes))
  }
  app.use(() => {
    throw refusal('not_found')
  })
  app.use(problems(parts.log, parts.metrics))
  return app
}
