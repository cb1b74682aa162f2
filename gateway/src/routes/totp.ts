import { totpAnswer } from '../answers/account.ts'
import { json, needs, noContent, route } from '../http/route.ts'
import {
  recoveryCodes,
  totp,
  totpCodeIn,
  totpOffIn,
  totpSecret,
  totpStartIn,
} from '../shapes/totp.ts'
import { alsoAnswers } from './common.ts'

const common = { tag: 'Account', auth: needs('account'), idempotencyKey: 'ignored' } as const
const path = '/v1/me/totp'

export const totpRoutes = [
  route({
    ...common,
    method: 'get',
    path,
    summary: 'Whether logging in takes a code',
    budget: 'reads',
    responses: { 200: { description: 'The second factor', shape: totp } },
    handler: async (_input, { user }) => json(200, totpAnswer((await user.getTotp({})).totp)),
  }),
  route({
    ...common,
    method: 'post',
    path,
    summary: 'Begin with a second factor (TOTP)',
    budget: 'auth',
    body: { type: 'json', shape: totpStartIn, optional: true },
    responses: {
      201: { description: 'The secret, told once; nothing asks for a code yet', shape: totpSecret },
      ...alsoAnswers(401, 409),
    },
    handler: async ({ body }, { user }) => json(201, await user.startTotp(body)),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/me/totp/confirm',
    summary: 'Switch it on by a first code; other sessions end',
    budget: 'auth',
    body: { type: 'json', shape: totpCodeIn },
    responses: {
      200: { description: 'Recovery codes, told once', shape: recoveryCodes },
      ...alsoAnswers(401, 422),
    },
    handler: async ({ body }, { user }) => {
      const { recoveryCodes: codes } = await user.confirmTotp(body)
      return json(200, { recoveryCodes: codes })
    },
  }),
  route({
    ...common,
    method: 'delete',
    path,
    summary: 'Switch it off',
    budget: 'auth',
    body: { type: 'json', shape: totpOffIn },
    responses: { 204: { description: 'Off' }, ...alsoAnswers(401, 404) },
    handler: async ({ body }, { user }) => {
      await user.disableTotp(body)
      return noContent
    },
  }),
]
