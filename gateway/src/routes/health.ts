import { z } from 'zod'
import { anybody, json, route } from '../http/route.ts'
import { refusal } from '../problem/problem.ts'

const state = z.object({ status: z.string() }).meta({ id: 'Health' })

export const healthRoutes = [
  route({
    method: 'get',
    path: '/livez',
    summary: 'Whether the process is alive',
    tag: 'Operation',
    auth: anybody,
    budget: 'none',
    responses: { 200: { description: 'Alive', shape: state } },
    handler: async () => json(200, { status: 'alive' }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    summary: 'Whether requests can be served',
    tag: 'Operation',
    auth: anybody,
    budget: 'none',
    responses: { 200: { description: 'Ready', shape: state } },
    handler: async (_input, { ready }) => {
      if (await ready()) return json(200, { status: 'ready' })
      throw refusal('not_ready', { headers: { 'Retry-After': '1' } })
    },
  }),
]
