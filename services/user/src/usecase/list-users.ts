import type { Page } from '@micromart/kernel'
import type { Account } from '../model/account.ts'
import { emailKey } from '../model/email.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts'>

export type UserQuery = {
  readonly limit: number
  readonly cursor: string | undefined
  /** A whole address, in any case. */
  readonly email: string | undefined
}

/**
 * Newest first.
 * @throws DomainError `cursor_invalid`
 */
export const listUsers =
  ({ accounts }: Deps) =>
  ({ limit, cursor, email }: UserQuery): Promise<Page<Account>> =>
    accounts.page({ limit, cursor, emailKey: email === undefined ? undefined : emailKey(email) })
