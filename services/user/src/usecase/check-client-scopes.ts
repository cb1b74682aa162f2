import { type AuditAction, identityScopes, isOwnScope, scopesOf } from '@micromart/kernel'
import { ScopeAboveOwn } from '../model/client-errors.ts'
import { isClientId } from '../model/oauth-client.ts'
import type { OAuthScope } from '../model/oauth-scopes.ts'
import type { Ports } from '../model/ports.ts'
import type { Actor } from '../model/role-change.ts'

type Deps = Pick<Ports, 'accounts' | 'clients' | 'log'>

/** What a user lets a client do is never more than he may himself; only what clients do by themselves has to be looked at. */
const isPersonal = (scope: OAuthScope): boolean =>
  isOwnScope(scope) || (identityScopes as readonly string[]).includes(scope)

/**
 * Nobody registers a client for more than he may himself, by his token and by what he is now (S34), or puts a key, an address or a
 * secret of his own to one that may do more: he could then act as it. Who tries is a security event.
 * @throws ScopeAboveOwn
 */
export const checkClientScopes =
  ({ accounts, clients, log }: Deps) =>
  async (actor: Actor, wanted: readonly OAuthScope[], action: AuditAction): Promise<void> => {
    const now: readonly string[] = isClientId(actor.id)
      ? ((await clients.one(actor.id))?.scopes ?? [])
      : scopesOf((await accounts.byId(actor.id))?.roles ?? [])
    const held = (scope: OAuthScope) => actor.scopes.includes(scope) && now.includes(scope)
    const above = wanted.find((scope) => !isPersonal(scope) && !held(scope))
    if (!above) return
    const refusal = new ScopeAboveOwn(above)
    const event = { event: 'security.refused', action, outcome: refusal.code, actorId: actor.id }
    log.warn(event, 'refused')
    throw refusal
  }
