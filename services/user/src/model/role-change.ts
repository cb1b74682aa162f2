import { isRole, type Role, roles, scopesOf } from '@micromart/kernel'
import { RoleAboveOwn, RoleUnknown } from './errors.ts'

/**
 * A list of roles in the kernel's order, each once.
 * @throws RoleUnknown
 */
export const rolesOf = (texts: readonly string[]): readonly Role[] => {
  const unknown = texts.find((text) => !isRole(text))
  if (unknown !== undefined) throw new RoleUnknown(unknown)
  return roles.filter((role) => texts.includes(role))
}

export const removedRoles = (from: readonly Role[], to: readonly Role[]): readonly Role[] =>
  from.filter((role) => !to.includes(role))

/** Whether these texts name exactly these roles, in any order. */
export const areRoles = (texts: readonly string[], roles: readonly Role[]): boolean =>
  new Set(texts).size === roles.length && roles.every((role) => texts.includes(role))

/**
 * Who changes roles: what his token allows and what his roles allow *now*, since a token outlives a demotion by minutes.
 */
export type Actor = { readonly id: string; readonly scopes: readonly string[] }

/**
 * Nobody gives, and nobody takes, what he does not have (S34).
 * @param own the actor's roles now
 * @throws RoleAboveOwn
 */
export const checkRoleChange = (
  actor: Actor,
  own: readonly Role[],
  from: readonly Role[],
  to: readonly Role[],
): void => {
  const may = scopesOf(own).filter((scope) => actor.scopes.includes(scope))
  const changed = [...removedRoles(from, to), ...removedRoles(to, from)]
  const above = changed.find((role) => scopesOf([role]).some((scope) => !may.includes(scope)))
  if (above) throw new RoleAboveOwn(above)
}
