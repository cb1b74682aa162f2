import { ClientNotFound } from '../model/client-errors.ts'
import type { OAuthClient } from '../model/oauth-client.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'clients'>

/** @throws ClientNotFound */
export const getClient =
  ({ clients }: Deps) =>
  async (id: string): Promise<OAuthClient> => {
    const client = await clients.one(id)
    if (!client) throw new ClientNotFound()
    return client
  }
