import { anybody, needs, noContent, route } from '../http/route.ts'
import { newPasswordIn, resetIn, verifyIn } from '../shapes/account.ts'

const method = 'post'
const common = { method, auth: anybody, budget: 'auth', idempotencyKey: 'ignored' } as const
const tag = 'Authentication'

/** Accepted: what comes of it is told by mail, if at all. */
const accepted = { status: 202 } as const

export const mailboxRoutes = [
  route({
    ...common,
    tag,
    path: '/v1/auth/verify-email',
    summary: 'Verify an e-mail address by the token of the mail that went there',
    body: { type: 'json', shape: verifyIn },
    responses: { 204: { description: 'Verified' } },
    handler: async ({ body }, { user }) => {
      await user.verifyEmail(body)
      return noContent
    },
  }),
  route({
    ...common,
    tag,
    path: '/v1/auth/password-reset',
    summary: 'Mail me a link to a new password',
    body: { type: 'json', shape: resetIn },
    responses: { 202: { description: 'If there is such an account, its owner gets a mail' } },
    handler: async ({ body }, { user }) => {
      await user.requestPasswordReset(body)
      return accepted
    },
  }),
  route({
    ...common,
    tag,
    path: '/v1/auth/password-reset/confirm',
    summary: 'Set a new password by the token of that mail; all sessions end',
    body: { type: 'json', shape: newPasswordIn },
    responses: { 204: { description: 'Set' } },
    handler: async ({ body }, { user }) => {
      await user.resetPassword(body)
      return noContent
    },
  }),
  route({
    method,
    tag: 'Account',
    auth: needs('account'),
    budget: 'auth',
    path: '/v1/me/verify-email',
    summary: 'Mail me the link that verifies my e-mail address once more',
    responses: { 202: { description: 'Sent, unless it is verified or the last mail is young' } },
    handler: async (_input, { user }) => {
      await user.requestEmailVerification({})
      return accepted
    },
  }),
]
