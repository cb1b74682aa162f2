import type { ServerResponse } from 'node:http'
import type { Log, Scope } from '@micromart/kernel'
import type { ErrorRequestHandler, Request } from 'express'
import { callerFields } from '../http/caller-fields.ts'
import { type Locals, localsOf, traceIdOf } from '../http/locals.ts'
import type { GatewayMetrics } from '../http/metrics.ts'
import { isPage } from '../http/pages.ts'
import type { Route } from '../http/route.ts'
import { type HttpProblem, problemBody, problemOf } from '../problem/problem.ts'
import { problemPage, problemPagePolicy } from '../problem/problem-page.ts'

/** The path as it was sent, bounded; never the query. */
const instanceOf = (url: string): string => (url.split('?', 1)[0] ?? '').slice(0, 500)

type Written = { readonly type: string; readonly body: string; readonly policy?: string }

const jsonOf = (request: Request, problem: HttpProblem, traceId: string): Written => ({
  type: 'application/problem+json; charset=utf-8',
  body: problemBody(problem, instanceOf(request.originalUrl), traceId),
})

/** Where people look at pages an error is one, too, unless a program asks for JSON. */
const written = (request: Request, problem: HttpProblem, traceId: string): Written => {
  const isForPeople =
    isPage(request.path) && request.accepts(['application/problem+json', 'html']) === 'html'
  if (!isForPeople) return jsonOf(request, problem, traceId)
  const body = problemPage(problem, traceId)
  return { type: 'text/html; charset=utf-8', body, policy: problemPagePolicy }
}

const write = (
  response: ServerResponse,
  problem: HttpProblem,
  { type, body, policy }: Written,
): void => {
  for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value)
  for (const name of ['ETag', 'Set-Cookie', 'Content-Length']) response.removeHeader(name)
  response.setHeader('Cache-Control', 'no-store')
  response.setHeader('Content-Type', type)
  if (policy !== undefined) response.setHeader('Content-Security-Policy', policy)
  response.setHeader('Content-Length', Buffer.byteLength(body))
  response.statusCode = problem.status
  response.end(body)
}

/** A body that goes on arriving after its refusal is read for a while, so that the client sees the answer. */
const drain = (request: Request): void => {
  if (request.complete) return
  const cut = setTimeout(() => request.socket.destroy(), 2_000).unref()
  request.once('end', () => clearTimeout(cut)) // not at `close`: the socket may be paused for good then
  request.resume()
}

/** S60: who was refused what, without what they sent. */
const logRefusal = (log: Log, request: Request, locals: Locals, problem: HttpProblem): void => {
  if (problem.status !== 403) return
  const { requestId, traceId, caller } = locals
  const action = `${request.method} ${instanceOf(request.originalUrl)}`
  const fields = { event: 'security.refused', ...callerFields(caller), action }
  log.warn({ ...fields, outcome: problem.code, requestId, traceId }, 'refused')
}

const scopeOf = (route: Route | undefined): Scope | 'none' =>
  route === undefined || route.auth.kind === 'none' ? 'none' : route.auth.scope

const countRefusal = (
  { code, status }: HttpProblem,
  { route }: Locals,
  { limited, denied }: GatewayMetrics,
): void => {
  const isLimited = code === 'rate_limited' && route !== undefined && route.budget !== 'none'
  if (isLimited) limited.add(1, { budget: route.budget })
  if (status === 403) denied.add(1, { permission: scopeOf(route) })
}

/** The one place where an error becomes an answer. What nobody expected is logged here, once. */
export const problems = (log: Log, metrics: GatewayMetrics): ErrorRequestHandler => {
  return (error: unknown, request, response, _next) => {
    const problem = problemOf(error)
    const traceId = traceIdOf(response)
    countRefusal(problem, localsOf(response), metrics)
    logRefusal(log, request, localsOf(response), problem)
    if (problem.status >= 500) {
      const { requestId } = localsOf(response)
      const fields = { requestId, traceId, code: problem.code, cause: problem.cause }
      const say = problem.status === 500 ? log.error : log.warn
      say(fields, `${request.method} answered ${problem.status}`)
    }
    if (response.headersSent) return void response.destroy()
    drain(request)
    write(response, problem, written(request, problem, traceId))
  }
}
