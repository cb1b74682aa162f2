import { type Role, type Scope, scopesOf } from '@micromart/kernel'
import type { Account } from './account.ts'

/** Whether the staff may do without a second factor. */
export type StaffTotp = 'optional' | 'required'

export type Grants = { readonly roles: readonly Role[]; readonly scopes: readonly Scope[] }

const isStaff = (roles: readonly Role[]): boolean => roles.some((role) => role !== 'customer')

const enrolmentOnly: Grants = { roles: [], scopes: ['account'] }

/** What an access token says of an account. Staff that has yet to enrol gets what the enrolment takes. */
export const grantsOf = (
  { roles, secondFactor }: Pick<Account, 'roles' | 'secondFactor'>,
  staffTotp: StaffTotp,
): Grants =>
  staffTotp === 'required' && isStaff(roles) && !secondFactor
    ? enrolmentOnly
    : { roles, scopes: scopesOf(roles) }
