import { runInContext } from '@micromart/dapr'
import { DomainError, type Log } from '@micromart/kernel'
import type { Request, RequestHandler, Response } from 'express'
import type { CatalogueCache, Filled, Prepared } from '../cache/catalogue-cache.ts'
import { prepare } from '../cache/catalogue-cache.ts'
import type { Shop } from '../client/shop.ts'
import { canonicalJson } from '../json/canonical.ts'
import { traced } from '../middleware/observe.ts'
import { validate } from '../middleware/validate.ts'
import { problemOf } from '../problem/problem.ts'
import { localsOf } from './locals.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { Answer, Input, Route } from './route.ts'
import { matchesEtag } from './send.ts'

const jsonType = 'application/json; charset=utf-8'

/** `no-cache` lets a browser keep it and makes it ask: a change is seen within the stated 2 s. */
const writePrepared = (request: Request, response: Response, prepared: Prepared): void => {
  if (prepared.kind === 'absent') throw prepared.problem
  const { body, etag, length } = prepared
  const headers = { 'Cache-Control': 'public, no-cache', ETag: etag }
  if (matchesEtag(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers)
    return void response.end()
  }
  response.writeHead(200, { ...headers, 'Content-Type': jsonType, 'Content-Length': length })
  response.end(request.method === 'HEAD' ? undefined : body)
}

const namesOf = ({ json }: Answer): readonly string[] => {
  const { id, handle } = json as { id: string; handle: string }
  return [id, handle]
}

const filledBy = (route: Route, answer: Answer): Filled => {
  const prepared = prepare(answer.json)
  if (route.cached === 'product') {
    return { prepared, dependence: { on: 'products', names: namesOf(answer) } }
  }
  return { prepared, dependence: { on: route.cached === 'categories' ? 'age' : 'anything' } }
}

/** An absent product is an answer too, kept for at most 2 s. */
const absence = (error: unknown): Filled => {
  if (!(error instanceof DomainError) || error.kind !== 'not_found') throw error
  const problem = problemOf(error)
  return { prepared: { kind: 'absent', problem }, dependence: { on: 'anything' } }
}

const guestInput = (response: Response, request: Request): Input<unknown, unknown, unknown> => ({
  target: request.url,
  params: localsOf(response).params,
  query: localsOf(response).query,
  body: undefined,
  caller: { kind: 'anonymous' },
  header: () => undefined,
  https: false,
  address: undefined,
  stream: request,
  gone: new AbortController().signal,
})

/** The way of a miss: checked, traced, and filled by one for all who wait. Nobody's leaving ends the filler. */
const onMiss = (route: Route, cache: CatalogueCache, shop: Shop): RequestHandler => {
  return async (request, response) => {
    const { params, query, requestId } = localsOf(response)
    const key = `${route.path}${canonicalJson([params, query])}`
    const input = guestInput(response, request)
    const fill = () =>
      runInContext({ requestId }, () => route.handler(input, shop)).then(
        (answer) => filledBy(route, answer),
        absence,
      )
    writePrepared(request, response, await cache.through(request.url, key, fill))
  }
}

/**
 * A catalogue read: a hit is written before anything else looks at the request. It makes a span only for who brings a
 * trace: a trace of one span says no more than the metrics do, and costs more than the answer.
 */
export const serveCached = (
  route: Route,
  cache: CatalogueCache,
  shop: Shop,
  { cacheReads }: GatewayMetrics,
  log: Log,
): RequestHandler[] => {
  const span = traced(route, log)
  return [
    (request, response, next) => {
      const prepared = cache.hit(request.url)
      cacheReads[prepared ? 'hit' : 'miss'] += 1
      if (!prepared) return next()
      if (request.headers.traceparent === undefined)
        return writePrepared(request, response, prepared)
      span(request, response, () => writePrepared(request, response, prepared))
    },
    span,
    validate(route),
    onMiss(route, cache, shop),
  ]
}
