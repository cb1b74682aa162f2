import { z } from 'zod'
import { sessionAnswer } from '../answers/account.ts'
import { json, needs, noContent, route } from '../http/route.ts'
import { session } from '../shapes/account.ts'
import { listOf } from '../shapes/queries.ts'
import { id } from '../shapes/texts.ts'

const common = { tag: 'Account', auth: needs('account') } as const

export const sessionRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/me/sessions',
    summary: 'Where I am logged in',
    budget: 'reads',
    responses: {
      200: { description: 'Sessions that go on, the last used first', shape: listOf(session) },
    },
    handler: async (_input, { user }) => {
      const { items } = await user.listSessions({})
      return json(200, { items: items.map(sessionAnswer), nextCursor: null })
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/me/sessions/{id}',
    summary: 'Log a session out',
    budget: 'writes',
    params: z.object({ id }),
    responses: {
      204: { description: 'Ended at once; an access token of it lives five minutes at most' },
    },
    handler: async ({ params }, { user }) => {
      await user.endSession({ id: params.id })
      return noContent
    },
  }),
]
