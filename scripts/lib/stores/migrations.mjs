import { existsSync } from 'node:fs'
import path from 'node:path'
import { requireNode24 } from '../machine/dependencies.mjs'
import { root } from '../machine/paths.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { schemas } from '../shop/secrets.mjs'
import { urlWith } from './address.mjs'

const serviceFile = (name, file) => path.join(root, 'services', name, 'src', file)

/** Brings one service's schema to the present form. */
export const migrateOne = (name, { mysqlUrl, accounts, keys, logDir }) => {
  const { schema, migrator } = accounts[name]
  const password = keys[`mysql-${name}-migrator`]
  return runCommand(requireNode24(), [serviceFile(name, 'migrate.ts')], {
    log: path.join(logDir, `migrate-${name}.log`),
    what: `Migrating the database of ${name}`,
    env: {
      ...process.env,
      MICROMART_MIGRATE_URL: urlWith(mysqlUrl, { user: migrator, password, database: schema }),
    },
  })
}

/** Brings every service's schema to the present form, side by side. */
export const migrateAll = async (context) => {
  const names = schemas.filter((name) => existsSync(serviceFile(name, 'migrate.ts')))
  const results = await Promise.allSettled(names.map((name) => migrateOne(name, context)))
  for (const { status, reason } of results) if (status === 'rejected') throw reason
}

/**
 * Makes sure that the demo accounts exist in the user service's schema.
 * @param people `[{ email, password, name, roles }]`
 */
export const seedAccounts = async (people, { mysqlUrl, accounts, keys, logDir }) => {
  const entry = serviceFile('user', 'seed-accounts.ts')
  if (!existsSync(entry)) return
  const { schema, user } = accounts.user
  await runCommand(requireNode24(), [entry], {
    log: path.join(logDir, 'seed-accounts.log'),
    what: 'Making the demo accounts',
    env: {
      ...process.env,
      SHOP_ENV: 'local', // their passwords are printed: a production service does not start beside them
      USER_DATABASE_URL: urlWith(mysqlUrl, {
        user,
        password: keys['mysql-user'],
        database: schema,
      }),
    },
    input: JSON.stringify(people),
  })
}
