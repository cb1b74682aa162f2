import { isId } from '@micromart/kernel'
import type { Account } from '../model/account.ts'
import { UserNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { type Actor, rolesOf } from '../model/role-change.ts'

type Deps = Pick<Ports, 'accounts' | 'clock' | 'log'>

export type NewRoles = {
  readonly id: string
  readonly roles: readonly string[]
  /** What the caller has read; none when the account had no role. */
  readonly expected: readonly string[]
}

/**
 * Sets all roles of an account. Taking one away ends its sessions; its access tokens run out within five minutes (S22).
 * @throws RoleUnknown, UserNotFound, RolesChanged, LastAdmin, RoleAboveOwn
 */
export const setRoles =
  ({ accounts, clock, log }: Deps) =>
  async (actor: Actor, { id, roles: names, expected }: NewRoles): Promise<Account> => {
    const roles = rolesOf(names)
    if (!isId(id)) throw new UserNotFound()
    const account = await accounts.setRoles({ actor, id, roles, expected, at: clock.now() })
    log.info({ event: 'roles.set', actorId: actor.id, userId: id, roles }, 'roles changed')
    return account
  }
