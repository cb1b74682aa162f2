import type { Scope } from '@micromart/kernel'
import type { Account } from './account.ts'
import type { Device } from './device.ts'
import type { OAuthClient } from './oauth-client.ts'
import { type OAuthScope, scopesForUser } from './oauth-scopes.ts'
import { newSession, type Session } from './session.ts'

/** How long a login on the authorization server's pages serves, and what a client got that needs nothing offline. */
const dayMs = 24 * 60 * 60_000

/** What somebody lets a client do: a session of his that the client goes on with. */
export type OAuthGrant = Session & {
  readonly clientId: string
  readonly granted: readonly OAuthScope[]
  /** What the client asked for and did not get: it is not asked for again. */
  readonly declined: readonly OAuthScope[]
}

const forADay = (session: Session): Session => ({
  ...session,
  endsAt: new Date(session.startedAt.getTime() + dayMs),
})

/** A login on the authorization server's pages. */
export const newSignIn = (
  of: { readonly id: string; readonly accountId: string; readonly device: Device },
  now: Date,
): Session => forADay(newSession({ ...of, clientId: undefined }, now))

/** Who is asked by whom for what. */
export type GrantRequest = {
  readonly account: Account
  /** What his roles give him now. */
  readonly held: readonly Scope[]
  readonly client: OAuthClient
  readonly asked: readonly OAuthScope[]
}

/** Of what a client asks for, what there is to give: by its registration and by the roles of who is asked. */
export const grantable = ({ held, client, asked }: GrantRequest): readonly OAuthScope[] =>
  scopesForUser(client.scopes, held).filter((scope) => asked.includes(scope))

/** A client that may come back while its user is away keeps what it got for 90 days at most, any other for a day. */
export const newGrant = (
  { id, device, ...request }: GrantRequest & { readonly id: string; readonly device: Device },
  now: Date,
): OAuthGrant => {
  const granted = grantable(request)
  const of = { id, accountId: request.account.id, clientId: request.client.id, device }
  const session = newSession(of, now)
  return {
    ...(granted.includes('offline_access') ? session : forADay(session)),
    clientId: request.client.id,
    granted,
    declined: request.asked.filter((scope) => !granted.includes(scope)),
  }
}
