import { meAnswer } from '../answers/account.ts'
import { json, needs, noContent, route } from '../http/route.ts'
import { changeMeIn, me, passwordIn } from '../shapes/account.ts'
import { alsoAnswers } from './common.ts'
import { erasureRoutes } from './erasures.ts'
import { exportRoute } from './me-export.ts'

const common = { tag: 'Account', auth: needs('account') } as const

export const meRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/me',
    summary: 'Read my account',
    budget: 'reads',
    responses: { 200: { description: 'The account', shape: me } },
    handler: async (_input, { user }) => json(200, meAnswer((await user.getMe({})).user)),
  }),
  route({
    ...common,
    method: 'patch',
    path: '/v1/me',
    summary: 'Change my account',
    budget: 'writes',
    body: { type: 'json', shape: changeMeIn },
    responses: { 200: { description: 'The account', shape: me } },
    handler: async ({ body }, { user }) =>
      json(200, meAnswer((await user.updateMe({ name: body.name })).user)),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/me/password',
    summary: 'Change my password; other sessions end',
    budget: 'auth',
    idempotencyKey: 'ignored',
    body: { type: 'json', shape: passwordIn },
    responses: { 204: { description: 'Changed' }, ...alsoAnswers(401) },
    handler: async ({ body }, { user }) => {
      await user.changePassword({ ...body, refreshToken: body.refreshToken })
      return noContent
    },
  }),
  exportRoute,
  ...erasureRoutes,
]
