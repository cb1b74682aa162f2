import { newAccount } from '../model/account.ts'
import { seedAudit } from '../model/audit.ts'
import { emailKey, emailOf } from '../model/email.ts'
import { nameOf } from '../model/name.ts'
import type { Ports } from '../model/ports.ts'
import { rolesOf } from '../model/role-change.ts'

type Deps = Pick<Ports, 'accounts' | 'passwords' | 'clock' | 'ids'> & { readonly isDemo: boolean }

export type SeedAccount = {
  readonly email: string
  readonly password: string
  readonly name: string
  readonly roles: readonly string[]
}

/**
 * Makes sure that accounts exist with these passwords. Repeatable: an account that is right is not written.
 * Roles are given at the first time only, since the desk may have changed them.
 * @param isDemo whether everybody who reads the starter's output has their passwords: production does not start beside such
 * @returns how many were made or changed
 */
export const seedAccounts = ({ accounts, passwords, clock, ids, isDemo }: Deps) => {
  const make = async (wish: SeedAccount): Promise<void> => {
    const passwordHash = await passwords.inTurn((hasher) => hasher.hash(wish.password))
    const email = emailOf(wish.email)
    const [name, roles] = [nameOf(wish.name), rolesOf(wish.roles)]
    const account = newAccount({ id: ids.next(), email, name, roles }, clock.now())
    const entry = seedAudit(account)
    await accounts.add({ ...account, emailVerified: true }, passwordHash, { entry })
  }

  const ensure = async (wish: SeedAccount): Promise<boolean> => {
    const found = await accounts.credentials({ emailKey: emailKey(wish.email) })
    if (!found) return make(wish).then(() => true)
    const hash = await passwords.inTurn(async (hasher) =>
      (await hasher.matches(wish.password, found.passwordHash))
        ? undefined
        : hasher.hash(wish.password),
    )
    if (hash === undefined) return false
    const change = { id: found.account.id, version: found.passwordVersion, passwordHash: hash }
    return accounts.changePassword({ ...change, keep: undefined, at: clock.now(), mail: undefined })
  }

  return async (wishes: readonly SeedAccount[]): Promise<number> => {
    let changed = 0
    for (const wish of wishes) {
      if (await ensure(wish)) changed += 1
      await accounts.markDemo(emailKey(wish.email), isDemo)
    }
    return changed
  }
}
