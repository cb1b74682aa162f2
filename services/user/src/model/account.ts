import type { Role } from '@micromart/kernel'

/** Somebody who can log in. Roles are in the kernel's order, each once. */
export type Account = {
  readonly id: string
  readonly email: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly createdAt: Date
  /** Whether its e-mail address was proven by a letter sent there. */
  readonly emailVerified: boolean
  /** Whether a login takes a code besides the password. */
  readonly secondFactor: boolean
}

/** What a login compares with; never leaves the service. */
export type Credentials = {
  readonly account: Account
  /** argon2id in PHC form. */
  readonly passwordHash: string
  /** Grows with each change of password, so that a login begun before a change opens no session after it. */
  readonly passwordVersion: number
}

/** What a new account starts with. */
export const firstRoles: readonly Role[] = ['customer']

export const newAccount = (
  of: Pick<Account, 'id' | 'email' | 'name' | 'roles'>,
  createdAt: Date,
): Account => ({ ...of, createdAt, emailVerified: false, secondFactor: false })
