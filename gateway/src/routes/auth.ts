import { callContext, runInContext } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import type { z } from 'zod'
import { tokensAnswer, userAnswer } from '../answers/account.ts'
import type { Shop } from '../client/shop.ts'
import { type Answer, anybody, type Input, json, noContent, route } from '../http/route.ts'
import { loginIn, refreshIn, registered, registerIn, tokens } from '../shapes/account.ts'
import { forgetCartCookie, sentCartToken } from './cart-token.ts'
import { alsoAnswers, headers } from './common.ts'
import { deviceOf } from './device.ts'

type Sent = Pick<Input<unknown, unknown, unknown>, 'header' | 'https' | 'caller'>

const common = { tag: 'Authentication', auth: anybody, idempotencyKey: 'ignored' } as const

/**
 * Moves the guest's lines into the cart of the member who has just logged in.
 * Logging in does not fail with it: the guest keeps the token, and the next login tries again.
 * @returns headers that forget the cookie once the guest's cart is gone
 */
const mergedCart = async (
  sent: Sent,
  accessToken: string,
  { cart, log }: Shop,
): Promise<NonNullable<Answer['headers']>> => {
  const guest = sentCartToken(sent)
  if (!guest) return {}
  try {
    const asMember = { ...callContext.getStore(), token: accessToken }
    await runInContext(asMember, () => cart.mergeCart({ cartToken: guest.token }))
  } catch (cause) {
    const isUnknown = cause instanceof DomainError && cause.kind === 'not_found'
    if (!isUnknown) {
      log.warn({ cause }, 'a guest cart was not merged at login')
      return {}
    }
  }
  return guest.from === 'cookie' ? forgetCartCookie(sent) : {}
}

const register = async (
  input: Input<unknown, unknown, z.output<typeof registerIn>>,
  shop: Shop,
) => {
  const made = await shop.user.register({ ...input.body, device: deviceOf(input) })
  const answer = tokensAnswer(made.tokens)
  const cookies = await mergedCart(input, answer.accessToken, shop)
  return json(201, { ...answer, user: userAnswer(made.user) }, cookies)
}

const login = async (input: Input<unknown, unknown, z.output<typeof loginIn>>, shop: Shop) => {
  const { tokens: given } = await shop.user.login({ ...input.body, device: deviceOf(input) })
  const answer = tokensAnswer(given)
  return json(200, answer, await mergedCart(input, answer.accessToken, shop))
}

export const authRoutes = [
  route({
    ...common,
    method: 'post',
    path: '/v1/auth/register',
    summary: 'Open an account',
    budget: 'auth',
    body: { type: 'json', shape: registerIn },
    headers: [headers.cartToken],
    responses: {
      201: { description: 'Registered and logged in', shape: registered },
      ...alsoAnswers(409),
    },
    handler: register,
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/auth/login',
    summary: 'Log in',
    budget: 'auth',
    body: { type: 'json', shape: loginIn },
    headers: [headers.cartToken],
    responses: { 200: { description: 'Logged in', shape: tokens }, ...alsoAnswers(401) },
    handler: login,
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/auth/refresh',
    summary: 'Exchange a refresh token for new tokens',
    budget: 'writes',
    body: { type: 'json', shape: refreshIn },
    responses: { 200: { description: 'New tokens', shape: tokens }, ...alsoAnswers(401) },
    handler: async (input, { user }) => {
      const sent = { ...input.body, device: deviceOf(input) }
      return json(200, tokensAnswer((await user.refresh(sent)).tokens))
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/auth/logout',
    summary: 'End a session',
    budget: 'writes',
    body: { type: 'json', shape: refreshIn },
    responses: { 204: { description: 'Ended; an unknown token is fine' } },
    handler: async ({ body }, { user }) => {
      await user.logout(body)
      return noContent
    },
  }),
]
