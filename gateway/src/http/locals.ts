import { randomBytes } from 'node:crypto'
import type { IdempotencyKey } from '@micromart/dapr'
import type { Caller } from '@micromart/service'
import type { Response } from 'express'
import type { Route } from './route.ts'

/** What the middlewares learn about one request. */
export type Locals = {
  requestId: string
  /** The row of the table that answers; undefined for what no row does. */
  route?: Route
  /** Of its span; made up when it has none. */
  traceId?: string
  caller: Caller
  token?: string
  body?: unknown
  query?: unknown
  params?: unknown
  /** The key of an unsafe request, with whose it is and what it came with. */
  idempotency?: IdempotencyKey
}

export const localsOf = (response: Response): Locals => response.locals as Locals

/** The id under which this request is found again. */
export const traceIdOf = (response: Response): string => {
  const locals = localsOf(response)
  locals.traceId ??= randomBytes(16).toString('hex')
  return locals.traceId
}
