import { Fault } from '../terminal/fault.mjs'
import { schemas } from '../shop/secrets.mjs'

const serving = 'SELECT, INSERT, UPDATE, DELETE'
const migrating = `${serving}, CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER, LOCK TABLES`

/** Names of each service's schema and accounts; `suffix` keeps shops on one server apart. */
export const accountsFor = (suffix = '') =>
  Object.fromEntries(
    schemas.map((name) => [
      name,
      {
        schema: `micromart_${name}${suffix}`,
        user: `mm_${name}${suffix}`,
        migrator: `mm_${name}_ddl${suffix}`,
      },
    ]),
  )

const accountSql = (user, password, rights, schema) => [
  `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}'`,
  `ALTER USER '${user}'@'%' IDENTIFIED BY '${password}'`,
  // In a GRANT an underscore stands for any character unless it is escaped.
  `GRANT ${rights} ON \`${schema.replaceAll('_', '\\_')}\`.* TO '${user}'@'%'`,
]

const statements = (accounts, keys) =>
  Object.entries(accounts).flatMap(([name, { schema, user, migrator }]) => [
    `CREATE DATABASE IF NOT EXISTS \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    ...accountSql(user, keys[`mysql-${name}`], serving, schema),
    ...accountSql(migrator, keys[`mysql-${name}-migrator`], migrating, schema),
  ])

const connect = async (url) => {
  const { default: mysql } = await import('mysql2/promise')
  return mysql.createConnection(url).catch((cause) => {
    throw new Fault(`The database at ${new URL(url).host} refuses: ${cause.message}`, {
      advice:
        'Is it running, and are user and password in MICROMART_MYSQL_URL those of an administrator?',
      cause,
    })
  })
}

const run = async (url, sql) => {
  const connection = await connect(url)
  try {
    for (const statement of sql) await connection.query(statement)
  } finally {
    await connection.end()
  }
}

/** Makes each service's schema with a serving account (DML) and a migrating one (DDL), on that schema only. */
export const createDatabases = (mysqlUrl, accounts, keys) =>
  run(mysqlUrl, statements(accounts, keys))

export const dropDatabases = (mysqlUrl, accounts) =>
  run(
    mysqlUrl,
    Object.values(accounts).flatMap(({ schema, user, migrator }) => [
      `DROP DATABASE IF EXISTS \`${schema}\``,
      `DROP USER IF EXISTS '${user}'@'%'`,
      `DROP USER IF EXISTS '${migrator}'@'%'`,
    ]),
  )
