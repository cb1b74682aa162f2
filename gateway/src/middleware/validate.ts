import type { RequestHandler } from 'express'
import type { z } from 'zod'
import { fieldErrors } from '../http/issues.ts'
import { localsOf } from '../http/locals.ts'
import { parseQuery } from '../http/query.ts'
import type { Route } from '../http/route.ts'
import { invalidFields, refusal } from '../problem/problem.ts'

/** @throws HttpProblem 400 `validation_failed` with every wrong field */
const checked = (shape: z.ZodType, value: unknown): unknown => {
  const result = shape.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  throw invalidFields(fieldErrors(result.error.issues))
}

/** A name of the wrong form names nothing: 404, as for an absent one. */
const checkedParams = (shape: z.ZodType, value: unknown): unknown => {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  throw refusal('not_found')
}

/** Shapes and ranges of params, query and body; unknown body fields are refused by the shapes themselves. */
export const validate = ({ params, query, body }: Route): RequestHandler => {
  return (request, response, next) => {
    const locals = localsOf(response)
    const sent = parseQuery(request.url)
    locals.query = query ? checked(query, sent) : {}
    if (body?.type === 'json') locals.body = checked(body.shape, locals.body)
    locals.params = params ? checkedParams(params, request.params) : {} // last: 404 says what the state is
    next()
  }
}
