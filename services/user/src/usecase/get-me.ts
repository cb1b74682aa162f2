import type { Account } from '../model/account.ts'
import { AccountGone } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts'>

/** @throws AccountGone when it was erased while its token lives on */
export const getMe =
  ({ accounts }: Deps) =>
  async (callerId: string): Promise<Account> => {
    const account = await accounts.byId(callerId)
    if (!account) throw new AccountGone()
    return account
  }
