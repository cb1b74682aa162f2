import { expect } from '@jest/globals'
import type { Response } from 'supertest'
import type { Route } from '../src/http/route.ts'
import { table } from '../src/routes/index.ts'
import { problem } from '../src/shapes/problem.ts'

const routeOf = (method: string, path: string): Route => {
  const found = table.find((route) => {
    const pattern = new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
    return route.method === method && pattern.test(path) && !/\{/.test(path)
  })
  if (!found) throw new Error(`no route ${method} ${path}`)
  return found
}

/** An answer is one of those that its route documents, in status and shape. */
export const expectDocumented = (response: Response): void => {
  const { method, path } = response.request as unknown as { method: string; path?: string }
  const url = new URL((response.request as unknown as { url: string }).url)
  const route = routeOf(method.toLowerCase(), path ?? url.pathname)
  const { status, body } = response
  if (status >= 400) {
    problem.strict().parse(body)
    return
  }
  expect(Object.keys(route.responses)).toContain(String(status))
  const shape = route.responses[status]?.shape
  if (shape) expect(shape.safeParse(body).error).toBeUndefined()
}
