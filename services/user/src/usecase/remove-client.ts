import { ClientChanged } from '../model/client-errors.ts'
import type { Ports } from '../model/ports.ts'
import type { Actor } from '../model/role-change.ts'
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
  return async (actor: Actor, id: string, version: number | undefined): Promise<void> => {
    await get(id)
    if (!(await clients.remove(id, version, clock.now()))) throw new ClientChanged()
    log.info({ event: 'clients.removed', actorId: actor.id, clientId: id }, 'client removed')
  }
}
