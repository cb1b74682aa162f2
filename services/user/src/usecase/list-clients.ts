import type { Page } from '@micromart/kernel'
import type { OAuthClient } from '../model/oauth-client.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'clients'>

/**
 * Newest first.
 * @throws CursorInvalid
 */
export const listClients =
  ({ clients }: Deps) =>
  (limit: number, cursor: string | undefined): Promise<Page<OAuthClient>> =>
    clients.page(limit, cursor)
