import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { readJson } from '../shop/secrets.mjs'
import { urlWith } from '../stores/address.mjs'
import { accountsFor } from '../stores/databases.mjs'
import { Fault } from '../terminal/fault.mjs'

/** The services whose databases are the shop's; the simulated provider's is the bank's. */
const services = ['product', 'user', 'order', 'payment']

/** What is backed up, and restored, together. */
export const shopDatabases = (suffix = '') => {
  const accounts = accountsFor(suffix)
  return services.map((name) => accounts[name].schema)
}

export const secretsIn = (home) => {
  const secrets = readJson(path.join(home, 'secrets.json'))
  if (secrets['mysql-order']) return secrets
  throw new Fault('There is no shop here yet', { advice: 'Run "npm start" first.' })
}

/** The administrator of the shop's database server, at the address that its services know. */
export const adminUrlIn = (home, secrets) => {
  if (process.env.MICROMART_MYSQL_URL) return process.env.MICROMART_MYSQL_URL
  const file = path.join(home, 'mysql', 'admin-password')
  if (!existsSync(file)) {
    throw new Fault('The administrator of the databases is not known here', {
      advice: 'Set MICROMART_MYSQL_URL (mysql://admin:password@host:port).',
    })
  }
  const url = new URL(secrets['mysql-order'])
  url.pathname = ''
  return urlWith(url.href, { user: 'micromart_admin', password: readFileSync(file, 'utf8') })
}
