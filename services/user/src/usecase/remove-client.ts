import type { Acting } from '@micromart/kernel'
import { clientAudit } from '../model/audit.ts'
import { ClientChanged } from '../model/client-errors.ts'
import type { Ports } from '../model/ports.ts'
import { getClient } from './get-client.ts'

type Deps = Pick<Ports, 'clients' | 'clock' | 'log'>

/**
 * Removes a client, and ends all sessions that it was given.
 * @param version what the caller has read; undefined for whatever it is
 * @throws ClientNotFound, ClientChanged
 */
export const removeClient = (deps: Deps) => {
  const { clients, clock, log } = deps
  const get = getClient(deps)
  return async (by: Acting, id: string, version: number | undefined): Promise<void> => {
    const before = await get(id)
    if (version !== undefined && version !== before.version) throw new ClientChanged()
    const entry = clientAudit('client.remove', by, clock.now(), { id, before })
    if (!(await clients.remove(id, before.version, entry))) throw new ClientChanged()
    log.info({ event: 'clients.removed', actorId: by.actor.id, clientId: id }, 'client removed')
  }
}
