import type { Device } from '../model/device.ts'
import { deviceOf } from '../model/device.ts'
import { type GrantRequest, newGrant, type OAuthGrant } from '../model/oauth-grant.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'grants' | 'clock' | 'ids' | 'log'>

/** @param signInId the login in which it was asked and answered */
export type Consent = GrantRequest & { readonly signInId: string; readonly device: Device }

/**
 * Lets a client do what its user has allowed: a session that it goes on with.
 * @returns undefined when the login has ended meanwhile
 */
export const giveGrant =
  ({ grants, clock, ids, log }: Deps) =>
  async ({ signInId, device, ...request }: Consent): Promise<OAuthGrant | undefined> => {
    const grant = newGrant({ ...request, id: ids.next(), device: deviceOf(device) }, clock.now())
    const opened = await grants.open(grant, signInId)
    if (!opened) return undefined
    const { accountId: userId, clientId, granted } = grant
    log.info({ event: 'oauth.granted', userId, clientId, scopes: granted }, 'client allowed')
    return grant
  }
