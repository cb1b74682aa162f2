import path from 'node:path'
import { randomSecret, readJson, writePrivate } from './secrets.mjs'

const people = {
  admin: { name: 'Ada Admin', roles: ['admin'] },
  shopper: { name: 'Sam Shopper', roles: ['customer'] },
  merchandiser: { name: 'Mira Merchandiser', roles: ['customer', 'merchandiser'] },
  support: { name: 'Sol Support', roles: ['customer', 'support'] },
}

export const demoAccountsFile = (home) => path.join(home, 'demo-accounts.json')

/** The demo accounts with random passwords, kept as `{admin: {email, password}, ...}`. */
export const demoAccounts = (home) => {
  const file = demoAccountsFile(home)
  const accounts = readJson(file)
  for (const role of Object.keys(people)) {
    accounts[role] ??= { email: `${role}@micromart.example`, password: randomSecret(15) }
  }
  writePrivate(file, accounts)
  return accounts
}

/** The same as the user service's seed takes them. */
export const peopleOf = (accounts) =>
  Object.entries(people).map(([role, person]) => ({ ...person, ...accounts[role] }))
