import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import { localsOf } from '../http/locals.ts'

const wellFormed = /^[A-Za-z0-9._-]{8,64}$/

/** Takes a well-formed `X-Request-Id` or makes one, and echoes it. */
export const requestId: RequestHandler = (request, response, next) => {
  const sent = request.headers['x-request-id']
  const id = typeof sent === 'string' && wellFormed.test(sent) ? sent : randomUUID()
  localsOf(response).requestId = id
  response.setHeader('X-Request-Id', id)
  next()
}
