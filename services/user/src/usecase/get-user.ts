import { isId } from '@micromart/kernel'
import type { Account } from '../model/account.ts'
import { UserNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts'>

/** @throws UserNotFound */
export const getUser =
  ({ accounts }: Deps) =>
  async (id: string): Promise<Account> => {
    const account = isId(id) ? await accounts.byId(id) : undefined
    if (!account) throw new UserNotFound()
    return account
  }
