import type { Acting } from '@micromart/kernel'
import { clientSecretAudit } from '../model/audit.ts'
import { ClientChanged, ClientWithoutSecret } from '../model/client-errors.ts'
import type { Ports } from '../model/ports.ts'
import type { AddedClient } from './add-client.ts'
import { getClient } from './get-client.ts'

type Deps = Pick<Ports, 'clients' | 'secrets' | 'clock' | 'log'>

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
 * @throws ClientNotFound, ClientWithoutSecret, ClientChanged
 */
export const rotateClientSecret = (deps: Deps) => {
  const { clients, secrets, clock, log } = deps
  const get = getClient(deps)
  return async (
    by: Acting,
    { id, version, keepSeconds }: Rotation,
  ): Promise<Required<AddedClient>> => {
    const { authMethod } = await get(id)
    if (authMethod !== 'client_secret_basic') throw new ClientWithoutSecret()
    const at = clock.now()
    const kept = Math.min(Math.max(keepSeconds, 0), longestKeepSeconds)
    const secret = secrets.token()
    const keepUntil = new Date(at.getTime() + kept * 1_000)
    const entry = clientSecretAudit(by, at, { id, keepUntil })
    const rotation = { id, read: version, digest: secrets.digest(secret), keepUntil, entry }
    if (!(await clients.rotateSecret(rotation))) throw new ClientChanged()
    log.info(
      { event: 'clients.secret_rotated', actorId: by.actor.id, clientId: id },
      'secret rotated',
    )
    return { client: await get(id), secret }
  }
}
