import type { Account } from '../model/account.ts'
import { nameOf } from '../model/name.ts'
import type { Ports } from '../model/ports.ts'
import { getMe } from './get-me.ts'

type Deps = Pick<Ports, 'accounts'>

/**
 * @param change fields that are undefined stay
 * @throws NameInvalid, AccountGone
 */
export const updateMe =
  (deps: Deps) =>
  async (callerId: string, change: { readonly name: string | undefined }): Promise<Account> => {
    if (change.name !== undefined) await deps.accounts.rename(callerId, nameOf(change.name))
    return getMe(deps)(callerId)
  }
