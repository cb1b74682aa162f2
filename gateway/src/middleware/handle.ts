import { type CallScope, runInContext } from '@micromart/dapr'
import type { Request, RequestHandler, Response } from 'express'
import type { Shop } from '../client/shop.ts'
import { localsOf } from '../http/locals.ts'
import type { Answer, Input, Route } from '../http/route.ts'
import { send } from '../http/send.ts'
import { unmapped } from '../limits/address.ts'
import { audited } from './audit.ts'
import { headerOf, type Transport } from './transport.ts'

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
  { isHttps, addressOf }: Transport,
  gone: AbortSignal,
): Input<unknown, unknown, unknown> => {
  const { params, query, body, caller } = localsOf(response)
  const transport = { https: isHttps(request), address: addressOf(request) }
  return {
    target: request.url,
    params,
    query,
    body,
    caller,
    header: headerOf(request),
    ...transport,
    stream: request,
    gone,
  }
}

const printable = /[^\x20-\x7e]/g

/** Where a request came from, for what is written into the audit log and for nothing else. */
const originOf = ({ audit }: Route, { address, header }: Input<unknown, unknown, unknown>) =>
  audit && {
    origin: {
      address: address && unmapped(address),
      userAgent: header('User-Agent')?.replaceAll(printable, '?').slice(0, 120),
    },
  }

/** Says whether an answer, or a refusal, is that of an earlier request with the same key. */
const answered = async (
  answer: Promise<Answer>,
  scope: CallScope,
  response: Response,
): Promise<Answer> => {
  try {
    return await answer
  } finally {
    if (scope.replayed) response.setHeader('Idempotent-Replayed', 'true')
  }
}

/** Runs a route's handler; the calls it makes carry the user's own token and nothing else that the client sent. */
export const handle = (route: Route, shop: Shop, transport: Transport): RequestHandler => {
  return async (request, response) => {
    const { token, requestId, idempotency } = localsOf(response)
    const signal = leaving(route, response)
    if (route.patienceMs !== undefined) request.socket.setTimeout(route.patienceMs) // for this answer only
    const input = inputOf(request, response, transport, signal)
    const scope: CallScope = { token, requestId, signal, idempotency, ...originOf(route, input) }
    // An answer may be written by further calls, such as an export: they belong to the request, too.
    await runInContext(scope, async () => {
      const work = () => answered(route.handler(input, shop), scope, response)
      return send(route, request, response, await audited(route, response, shop.log, work))
    })
  }
}
