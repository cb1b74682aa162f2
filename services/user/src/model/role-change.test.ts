import { describe, expect, it } from '@jest/globals'
import { type Role, roles, scopes, scopesOf } from '@micromart/kernel'
import * as fc from 'fast-check'
import { RoleAboveOwn, RoleUnknown } from './errors.ts'
import { checkRoleChange, removedRoles, rolesOf } from './role-change.ts'

const someRoles = fc.subarray([...roles])
const actor = (held: readonly string[]) => ({ id: 'actor', scopes: held })

describe('a change of roles', () => {
  it('knows the roles there are and keeps them in order, each once', () => {
    expect(rolesOf(['admin', 'customer', 'admin'])).toEqual(['customer', 'admin'])
    expect(() => rolesOf(['customer', 'root'])).toThrow(RoleUnknown)
    expect(() => rolesOf(['__proto__'])).toThrow(RoleUnknown)
  })

  it('S34 is allowed exactly when the actor has every scope that is given or taken', () => {
    fc.assert(
      fc.property(someRoles, someRoles, someRoles, (own, from, to) => {
        const changed = [...removedRoles(from, to), ...removedRoles(to, from)]
        const isWithin = scopesOf(changed).every((scope) => scopesOf(own).includes(scope))
        const change = () => checkRoleChange(actor(scopes), own, from, to)
        if (isWithin) expect(change).not.toThrow()
        else expect(change).toThrow(RoleAboveOwn)
      }),
    )
  })

  it('S34 counts what the token allows as well as what the roles allow now', () => {
    const [admin, customer]: [Role[], Role[]] = [['admin'], ['customer']]
    const narrow = actor(['users:write'])
    expect(() => checkRoleChange(narrow, admin, customer, ['customer', 'operator'])).toThrow(
      RoleAboveOwn,
    )
    const demoted = actor(scopes)
    expect(() => checkRoleChange(demoted, customer, customer, ['customer', 'admin'])).toThrow(
      RoleAboveOwn,
    )
  })
})
