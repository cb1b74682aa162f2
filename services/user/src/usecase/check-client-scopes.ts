import { identityScopes, isOwnScope, scopesOf } from '@micromart/kernel'
import { ScopeAboveOwn } from '../model/client-errors.ts'
import { isClientId } from '../model/oauth-client.ts'
import type { OAuthScope } from '../model/oauth-scopes.ts'
import type { Ports } from '../model/ports.ts'
import type { Actor } from '../model/role-change.ts'

type Deps = Pick<Ports, 'accounts' | 'clients'>

/** What a user lets a client do is never more than he may himself; only what clients do by themselves has to be looked at. */
const isPersonal = (scope: OAuthScope): boolean =>
  isOwnScope(scope) || (identityScopes as readonly string[]).includes(scope)

/**
 * Nobody registers a client for more than he may himself, by his token and by what he is now (S34).
 * @throws ScopeAboveOwn
 */
export const checkClientScopes =
  ({ accounts, clients }: Deps) =>
  async (actor: Actor, wanted: readonly OAuthScope[]): Promise<void> => {
    const now: readonly string[] = isClientId(actor.id)
      ? ((await clients.one(actor.id))?.scopes ?? [])
      : scopesOf((await accounts.byId(actor.id))?.roles ?? [])
    const held = (scope: OAuthScope) => actor.scopes.includes(scope) && now.includes(scope)
    const above = wanted.find((scope) => !isPersonal(scope) && !held(scope))
    if (above) throw new ScopeAboveOwn(above)
  }
