import type { Acting } from '@micromart/kernel'
import { clientSecretAudit } from '../model/audit.ts'
import { ClientChanged, ClientWithoutSecret } from '../model/client-errors.ts'
import type { Ports } from '../model/ports.ts'
import type { Actor } from '../model/role-change.ts'
import type { AddedClient } from './add-client.ts'
import { checkClientScopes } from './check-client-scopes.ts'
import { getClient } from './get-client.ts'

type Deps = Pick<Ports, 'accounts' | 'clients' | 'secrets' | 'clock' | 'log'>

const longestKeepSeconds = 7 * 24 * 60 * 60

export type Rotation = {
  readonly id: string
  /** What the caller has read; undefined for whatever it is. */
  readonly version: number | undefined
  /** How long the secret before it serves beside the new one; a week at most. */
  readonly keepSeconds: number
}

/**
 * Gives a client a new secret, told once.
 * @throws ClientNotFound, ClientWithoutSecret, ScopeAboveOwn, ClientChanged
 */
export const rotateClientSecret = (deps: Deps) => {
  const { clients, secrets, clock, log } = deps
  const get = getClient(deps)
  const checkScopes = checkClientScopes(deps)
  return async (
    actor: Actor,
    by: Acting,
    { id, version, keepSeconds }: Rotation,
  ): Promise<Required<AddedClient>> => {
    const { authMethod, scopes, version: read } = await get(id)
    if (version !== undefined && version !== read) throw new ClientChanged()
    if (authMethod !== 'client_secret_basic') throw new ClientWithoutSecret()
    await checkScopes(actor, scopes, 'client.rotate_secret')
    const at = clock.now()
    const kept = Math.min(Math.max(keepSeconds, 0), longestKeepSeconds)
    const secret = secrets.token()
    const keepUntil = new Date(at.getTime() + kept * 1_000)
    const entry = clientSecretAudit(by, at, { id, keepUntil })
    const rotation = { id, read, digest: secrets.digest(secret), keepUntil, entry }
    if (!(await clients.rotateSecret(rotation))) throw new ClientChanged()
    log.info({ event: 'clients.secret_rotated', actorId: actor.id, clientId: id }, 'secret rotated')
    return { client: await get(id), secret }
  }
}
