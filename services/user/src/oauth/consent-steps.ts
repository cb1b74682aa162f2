import { grantable, type GrantRequest } from '../model/oauth-grant.ts'
import { scopesIn } from '../model/oauth-scopes.ts'
import { endBrowserSession, signInOf } from './browser-session.ts'
import { paths } from './names.ts'
import { consentPage } from './pages/consent.ts'
import { errorPage } from './pages/error.ts'
import type { Page } from './pages/page.ts'
import {
  actionOf,
  askerOf,
  finish,
  type InteractionDeps,
  paramOf,
  type Step,
  type Turn,
} from './turn.ts'

const expired = (): Page => errorPage(400, 'expired')

/** Who is asked for what; undefined once he is gone. */
const requestOf = async (
  turn: Turn,
  { accounts, rightsOf }: InteractionDeps,
): Promise<GrantRequest | undefined> => {
  const account = await accounts.byId(turn.interaction.session?.accountId ?? '')
  const asked = scopesIn(paramOf(turn, 'scope'))
  return account && { account, held: rightsOf(account).scopes, client: turn.client, asked }
}

export const askConsent =
  (deps: InteractionDeps): Step =>
  async (turn) => {
    const request = await requestOf(turn, deps)
    if (!request) return expired()
    return consentPage({
      asker: askerOf(turn),
      homePage: turn.client.homePage,
      email: request.account.email,
      scopes: grantable(request),
      action: actionOf(turn),
    })
  }

export const consent =
  (deps: InteractionDeps): Step =>
  async (turn) => {
    const request = await requestOf(turn, deps)
    const signInId = await signInOf(turn)
    if (!request || signInId === undefined) return expired()
    const grant = await deps.use.giveGrant({ ...request, signInId, device: turn.device })
    return grant ? finish(turn, { consent: { grantId: grant.id } }) : expired()
  }

/** The client is told that its user has refused (RFC 6749 4.1.2.1). */
export const cancel: Step = (turn) =>
  finish(turn, { error: 'access_denied', error_description: 'the user has refused' })

/** Signs out whoever is signed in, and begins anew with what the client has asked for. */
export const switchAccount =
  (deps: InteractionDeps): Step =>
  async (turn) => {
    await endBrowserSession(turn, deps)
    await turn.interaction.destroy()
    const asked = Object.entries(turn.interaction.params).filter(
      (param): param is [string, string] => typeof param[1] === 'string',
    )
    const location = `${paths.authorization}?${new URLSearchParams(asked).toString()}`
    turn.exchange[1].writeHead(303, { location }).end()
    return undefined
  }
