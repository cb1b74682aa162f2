import { runInContext } from '@micromart/dapr'
import type { Request, RequestHandler, Response } from 'express'
import type { Shop } from '../client/shop.ts'
import { localsOf } from '../http/locals.ts'
import type { Input, Route } from '../http/route.ts'
import { send } from '../http/send.ts'

const headerOf =
  (request: Request) =>
  (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }

/** A read is cancelled when its client has gone away; a write goes on to its end. */
const leaving = (route: Route, response: Response): AbortSignal => {
  const controller = new AbortController()
  if (route.method === 'get') {
    response.once('close', () => {
      if (!response.writableFinished) controller.abort()
    })
  }
  return controller.signal
}

const inputOf = (
  request: Request,
  response: Response,
  https: boolean,
  gone: AbortSignal,
): Input<unknown, unknown, unknown> => {
  const { params, query, body, caller } = localsOf(response)
  return { params, query, body, caller, header: headerOf(request), https, stream: request, gone }
}

/** Runs a route's handler; the calls it makes carry the user's own token and nothing else that the client sent. */
export const handle = (
  route: Route,
  shop: Shop,
  isHttps: (request: Request) => boolean,
): RequestHandler => {
  return async (request, response) => {
    const { token, requestId } = localsOf(response)
    const signal = leaving(route, response)
    const input = inputOf(request, response, isHttps(request), signal)
    const scope = { token, requestId, signal }
    // An answer may be written by further calls, such as an export: they belong to the request, too.
    await runInContext(scope, async () =>
      send(route, request, response, await route.handler(input, shop)),
    )
  }
}
