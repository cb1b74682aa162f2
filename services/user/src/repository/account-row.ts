import { isRole, roles } from '@micromart/kernel'
import type { Account } from '../model/account.ts'
import type { AccountRow } from './rows.ts'

/** Roles in the kernel's order; a role that it does not know (any more) gives nothing. */
const rolesOf = (text: string | null): Account['roles'] => {
  const held = (text ?? '').split(',').filter(isRole)
  return roles.filter((role) => held.includes(role))
}

export const accountOf = ({ id, email, name, createdAt, ...row }: AccountRow): Account => ({
  id,
  email: email ?? '',
  name,
  roles: rolesOf(row.roles),
  createdAt,
  emailVerified: row.emailVerifiedAt !== null,
  secondFactor: row.secondFactorSince !== null,
})
