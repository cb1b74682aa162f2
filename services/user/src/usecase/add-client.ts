import type { Acting } from '@micromart/kernel'
import { clientAudit } from '../model/audit.ts'
import { type ClientDraft, clientMetadataOf } from '../model/client-metadata.ts'
import { clientIdOf, type OAuthClient } from '../model/oauth-client.ts'
import type { Ports } from '../model/ports.ts'
import type { Actor } from '../model/role-change.ts'
import { checkClientScopes } from './check-client-scopes.ts'

type Deps = Pick<Ports, 'accounts' | 'clients' | 'secrets' | 'clock' | 'ids' | 'log'>

export type AddedClient = {
  readonly client: OAuthClient
  /** Told once; undefined where it proves itself otherwise. */
  readonly secret: string | undefined
}

/**
 * Registers a client.
 * @throws ClientInvalid, ScopeAboveOwn
 */
export const addClient = (deps: Deps) => {
  const { clients, secrets, clock, ids, log } = deps
  const checkScopes = checkClientScopes(deps)
  return async (actor: Actor, by: Acting, draft: ClientDraft): Promise<AddedClient> => {
    const metadata = clientMetadataOf(draft)
    await checkScopes(actor, metadata.scopes, 'client.add')
    const now = clock.now()
    const id = clientIdOf(ids.next())
    const client = { ...metadata, id, version: 1, createdAt: now, updatedAt: now }
    const secret = metadata.authMethod === 'client_secret_basic' ? secrets.token() : undefined
    const entry = clientAudit('client.add', by, now, { id, after: client })
    await clients.add(client, secret && secrets.digest(secret), entry)
    log.info({ event: 'clients.added', actorId: actor.id, clientId: id }, 'client registered')
    return { client, secret }
  }
}
