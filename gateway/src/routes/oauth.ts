import { z } from 'zod'
import { anybody, type ResponseSpec, route, type Route } from '../http/route.ts'
import * as shapes from '../shapes/oauth.ts'
import { forward } from './oauth-forward.ts'

const maxFormBytes = 32 * 1024

const common = { tag: 'OAuth', auth: anybody } as const
const form = {
  type: 'bytes',
  mediaType: 'application/x-www-form-urlencoded',
  maxBytes: maxFormBytes,
} as const

const page = (description: string): ResponseSpec => ({ description, mediaType: 'text/html' })
const onward: ResponseSpec = {
  description: 'On to a page, or back to the client',
  headers: ['Location'],
}
const pages = {
  303: onward,
  400: page('What a person can do about it'),
} as const
const oauthError = (description: string): ResponseSpec => ({
  description,
  shape: shapes.oauthError,
})

const uid = z.object({ uid: shapes.uid })
const cached = { 'Cache-Control': 'public, max-age=300' }

const discovery = (path: string, standard: string): Route =>
  route({
    ...common,
    method: 'get',
    path,
    summary: `What the authorization server offers (${standard})`,
    budget: 'reads',
    public: true,
    responses: { 200: { description: 'The metadata', shape: shapes.metadata } },
    handler: forward('get', cached),
  })

const authorizationRoutes: readonly Route[] = [
  route({
    ...common,
    method: 'get',
    path: '/oauth2/authorize',
    summary: 'Ask a user to let a client in: code with PKCE (RFC 6749 4.1, RFC 7636)',
    budget: 'auth',
    query: shapes.authorization,
    responses: pages,
    handler: forward('get'),
  }),
  route({
    ...common,
    method: 'get',
    path: '/oauth2/authorize/{uid}',
    summary: 'Go on after a page',
    budget: 'reads',
    params: uid,
    responses: { ...pages, 200: page('A question') },
    handler: forward('get'),
  }),
  route({
    ...common,
    method: 'get',
    path: '/oauth2/interaction/{uid}',
    summary: 'The page to log in, or to allow',
    budget: 'reads',
    params: uid,
    responses: { 200: page('The page'), 400: pages[400] },
    handler: forward('get'),
  }),
]

const steps = [
  { step: 'login', summary: 'Log in by e-mail and password', budget: 'auth' },
  { step: 'code', summary: 'Log in: the second factor', budget: 'auth' },
  { step: 'consent', summary: 'Allow a client', budget: 'writes' },
  { step: 'restart', summary: 'Log in: back to the password', budget: 'writes' },
  { step: 'switch', summary: 'Log in as somebody else', budget: 'writes' },
  { step: 'cancel', summary: 'Refuse a client', budget: 'writes' },
] as const

const stepRoutes = steps.map(({ step, summary, budget }) =>
  route({
    ...common,
    method: 'post',
    path: `/oauth2/interaction/{uid}/${step}`,
    summary,
    budget,
    params: uid,
    body: form,
    responses: {
      200: page('The next page'),
      303: onward,
      400: pages[400],
      401: page('Not let in'),
      403: page('Sent from another site'),
      429: page('Too many attempts'),
    },
    handler: forward('post'),
  }),
)

const tokenRoutes: readonly Route[] = [
  route({
    ...common,
    method: 'post',
    path: '/oauth2/token',
    summary: 'Tokens for a code, a refresh token, or the client itself (RFC 6749 3.2)',
    budget: 'tokens',
    body: form,
    responses: {
      200: { description: 'The tokens', shape: shapes.tokenAnswer },
      400: oauthError('Why there are none (RFC 6749 5.2)'),
      401: oauthError('The client has not proven who it is'),
    },
    handler: forward('post'),
  }),
  route({
    ...common,
    method: 'post',
    path: '/oauth2/revoke',
    summary: 'End what a refresh token belongs to (RFC 7009)',
    budget: 'writes',
    body: form,
    responses: {
      200: { description: 'Ended; an unknown token is fine' },
      400: oauthError('An access token is signed, and ends by itself'),
      401: oauthError('The client has not proven who it is'),
    },
    handler: forward('post'),
  }),
  route({
    ...common,
    method: 'post',
    path: '/oauth2/introspect',
    summary: 'What a token is worth now (RFC 7662); for clients with a secret or a key',
    budget: 'writes',
    body: form,
    responses: {
      200: { description: 'What it says, if it is active', shape: shapes.introspection },
      400: oauthError('Not a request'),
      401: oauthError('The client has not proven who it is'),
    },
    handler: forward('post'),
  }),
]

const userinfoRoutes = (['get', 'post'] as const).map((method) =>
  route({
    ...common,
    method,
    path: '/oauth2/userinfo',
    summary: 'Who the user is, as far as he lets the client know (OpenID Connect Core 5.3)',
    budget: 'reads',
    ...(method === 'post' && { body: { ...form, optional: true } }),
    headers: [{ name: 'Authorization', description: 'Bearer, an access token with `openid`' }],
    responses: {
      200: { description: 'The claims', shape: shapes.userinfo },
      401: oauthError('No access token, or one that is not good'),
      403: oauthError('The token lacks `openid`'),
    },
    handler: forward(method),
  }),
)

const logoutRoutes: readonly Route[] = [
  route({
    ...common,
    method: 'get',
    path: '/oauth2/logout',
    summary: 'Log out at the wish of a client (OpenID Connect RP-Initiated Logout)',
    budget: 'reads',
    query: shapes.logout,
    responses: { 200: page('The question whether to'), 400: pages[400] },
    handler: forward('get'),
  }),
  route({
    ...common,
    method: 'post',
    path: '/oauth2/logout/confirm',
    summary: 'Log out',
    budget: 'writes',
    body: form,
    responses: pages,
    handler: forward('post'),
  }),
  route({
    ...common,
    method: 'get',
    path: '/oauth2/logout/success',
    summary: 'The page after a logout',
    budget: 'reads',
    responses: { 200: page('The page'), 400: pages[400] },
    handler: forward('get'),
  }),
]

export const oauthRoutes: readonly Route[] = [
  discovery('/.well-known/openid-configuration', 'OpenID Connect Discovery'),
  discovery('/.well-known/oauth-authorization-server', 'RFC 8414'),
  ...authorizationRoutes,
  ...stepRoutes,
  ...tokenRoutes,
  ...userinfoRoutes,
  ...logoutRoutes,
]
