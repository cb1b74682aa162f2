import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { errorPage } from './pages/error.ts'
import {
  loggedOutPage,
  type Logout,
  logoutPage,
  signedOutPage,
  switchPage,
} from './pages/logout.ts'
import { show } from './show.ts'

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

const logoutOf = ({ oidc }: KoaContextWithOIDC): Logout => {
  const { state = {} } = oidc.session ?? {}
  return {
    clientName: oidc.client?.clientName,
    redirectUri: textOf(state['postLogoutRedirectUri']),
    action: oidc.urlFor('end_session_confirm'),
    secret: textOf(state['secret']) ?? '',
  }
}

/**
 * Asks before it logs out, since anybody can send a browser here. The client that asks has its user's word for it: what it holds goes
 * with the answer, also what it could use offline.
 */
export const askLogout = (ctx: KoaContextWithOIDC): void => {
  const { client, session } = ctx.oidc
  if (client && session) delete session.authorizationFor(client.clientId).persistsLogout
  show(ctx, logoutPage(logoutOf(ctx)))
}

export const showLoggedOut = (ctx: KoaContextWithOIDC): void => {
  show(ctx, loggedOutPage())
}

/** The library says why in `out`; what an error was caused by stays here. */
export const showError = (
  ctx: KoaContextWithOIDC,
  { error, error_description }: ErrorOut,
): void => {
  show(ctx, errorPage(ctx.status, error, error_description))
}

/**
 * In two places the library answers with a page that sends its form by script. Here a person does it, with a button: where nobody
 * is signed in and a client asks to log out, and where somebody else has signed in meanwhile.
 */
export const withoutScripts = async (
  ctx: KoaContextWithOIDC,
  next: () => Promise<unknown>,
): Promise<void> => {
  await next()
  const { route, session } = ctx.oidc ?? {}
  if (ctx.status !== 200 || ctx.type !== 'text/html') return
  if (route === 'resume') show(ctx, switchPage(logoutOf(ctx)))
  if (route === 'end_session' && !session?.accountId) show(ctx, signedOutPage(logoutOf(ctx)))
}
