import type { Acting } from '@micromart/kernel'
import { clientAudit } from '../model/audit.ts'
import { ClientChanged } from '../model/client-errors.ts'
import { type ClientDraft, clientMetadataOf } from '../model/client-metadata.ts'
import type { OAuthClient } from '../model/oauth-client.ts'
import type { Ports } from '../model/ports.ts'
import type { Actor } from '../model/role-change.ts'
import { checkClientScopes } from './check-client-scopes.ts'
import { getClient } from './get-client.ts'

type Deps = Pick<Ports, 'accounts' | 'clients' | 'clock' | 'log'>

/** What may change; how a client proves itself, and what kind it is, stays. */
type ClientChange = Omit<ClientDraft, 'applicationType' | 'authMethod' | 'grantTypes'>

/** @param version what its changer has read; undefined for whatever it is */
export type VersionedChange = {
  readonly id: string
  readonly version: number | undefined
  readonly change: ClientChange
  readonly by: Acting
}

/**
 * Changes a client. What it gives out from here on follows; a scope that is gone is gone from its next token.
 * @throws ClientNotFound, ClientChanged, ClientInvalid, ScopeAboveOwn
 */
export const changeClient = (deps: Deps) => {
  const { clients, clock, log } = deps
  const get = getClient(deps)
  const checkScopes = checkClientScopes(deps)
  return async (actor: Actor, wish: VersionedChange): Promise<OAuthClient> => {
    const { id, version, change, by } = wish
    const before = await get(id)
    if (version !== undefined && version !== before.version) throw new ClientChanged()
    const metadata = clientMetadataOf({ ...before, ...change })
    await checkScopes(actor, [...before.scopes, ...metadata.scopes], 'client.change')
    const at = clock.now()
    const client = {
      ...before,
      ...metadata,
      version: before.version + 1,
      updatedAt: at,
    }
    const entry = clientAudit('client.change', by, at, { id, before, after: client })
    if (!(await clients.change(client, before.version, entry))) throw new ClientChanged()
    log.info({ event: 'clients.changed', actorId: actor.id, clientId: id }, 'client changed')
    return client
  }
}
