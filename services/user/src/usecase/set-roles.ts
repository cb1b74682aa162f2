import { type Acting, isId } from '@micromart/kernel'
import type { Account } from '../model/account.ts'
import { LastAdmin, RoleAboveOwn, UserNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { type Actor, rolesOf } from '../model/role-change.ts'

type Deps = Pick<Ports, 'accounts' | 'clock' | 'log'>

export type NewRoles = {
  readonly id: string
  readonly roles: readonly string[]
  /** What the caller has read; none when the account had no role. */
  readonly expected: readonly string[]
  readonly by: Acting
}

/**
 * Sets all roles of an account. Taking one away ends its sessions; its access tokens run out within five minutes (S22).
 * What is refused by right is a security event.
 * @throws RoleUnknown, UserNotFound, RolesChanged, LastAdmin, RoleAboveOwn
 */
export const setRoles = ({ accounts, clock, log }: Deps) => {
  const refused = (event: object, error: unknown): never => {
    const isRefusal = error instanceof LastAdmin || error instanceof RoleAboveOwn
    if (isRefusal) log.warn({ ...event, event: 'security.refused', outcome: error.code }, 'refused')
    throw error
  }

  return async (actor: Actor, { id, roles: names, expected, by }: NewRoles): Promise<Account> => {
    const roles = rolesOf(names)
    if (!isId(id)) throw new UserNotFound()
    const event = { actorId: actor.id, userId: id, roles }
    const change = { actor, by, id, roles, expected, at: clock.now() }
    const account = await accounts
      .setRoles(change)
      .catch((error: unknown) => refused({ ...event, action: 'user.roles' }, error))
    log.info({ ...event, event: 'roles.set' }, 'roles changed')
    return account
  }
}
