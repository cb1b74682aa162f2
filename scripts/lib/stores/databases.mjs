import { Fault } from '../terminal/fault.mjs'
import { schemas } from '../shop/secrets.mjs'
import { isTls } from './address.mjs'
import { connectMysql } from './mysql.mjs'
import { unlogged } from './unlogged.mjs'

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

// Where the shop speaks TLS, an account is refused without.
const accountSql = (user, password, rights, { schema, require }) => [
  `CREATE USER IF NOT EXISTS '${user}'@'%' IDENTIFIED BY '${password}'`,
  `ALTER USER '${user}'@'%' IDENTIFIED BY '${password}' REQUIRE ${require}`,
  // In a GRANT an underscore stands for any character unless it is escaped.
  `GRANT ${rights} ON \`${schema.replaceAll('_', '\\_')}\`.* TO '${user}'@'%'`,
]

const schemasSql = (accounts) =>
  Object.values(accounts).map(
    ({ schema }) =>
      `CREATE DATABASE IF NOT EXISTS \`${schema}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
  )

const accountsSql = (accounts, keys, require) =>
  Object.entries(accounts).flatMap(([name, { schema, user, migrator }]) => [
    ...accountSql(user, keys[`mysql-${name}`], serving, { schema, require }),
    ...accountSql(migrator, keys[`mysql-${name}-migrator`], migrating, { schema, require }),
  ])

/**
 * The statements that make each service's schema with its two accounts; they may run again. A binary log holds no password of theirs.
 * @param require `SSL` or `NONE`: what a connection must have
 */
export const databaseSql = (accounts, keys, require) => [
  ...schemasSql(accounts),
  'SET SESSION sql_log_bin = 0',
  ...accountsSql(accounts, keys, require),
]

const advice = {
  refused:
    'Is it running, and are user and password in MICROMART_MYSQL_URL those of an administrator?',
  unproven:
    'The server has no certificate, or one of another CA or host: ssl-ca in MICROMART_MYSQL_URL names the file of its CA.',
}

const connect = (url) =>
  connectMysql(url).catch((cause) => {
    const isUnproven = cause.code?.startsWith('HANDSHAKE_')
    throw new Fault(`The database at ${new URL(url).host} refuses: ${cause.message}`, {
      advice: isUnproven ? advice.unproven : advice.refused,
      cause,
    })
  })

const withConnection = async (url, work) => {
  const connection = await connect(url)
  try {
    await work(connection)
  } finally {
    await connection.end()
  }
}

const run = async (connection, sql) => {
  for (const statement of sql) await connection.query(statement)
}

/** Makes each service's schema with a serving account (DML) and a migrating one (DDL), on that schema only. */
export const createDatabases = (mysqlUrl, accounts, keys) =>
  withConnection(mysqlUrl, async (connection) => {
    await run(connection, schemasSql(accounts))
    const sql = accountsSql(accounts, keys, isTls(mysqlUrl) ? 'SSL' : 'NONE')
    await unlogged(connection, () => run(connection, sql))
  })

export const dropDatabases = (mysqlUrl, accounts) =>
  withConnection(mysqlUrl, (connection) =>
    run(
      connection,
      Object.values(accounts).flatMap(({ schema, user, migrator }) => [
        `DROP DATABASE IF EXISTS \`${schema}\``,
        `DROP USER IF EXISTS '${user}'@'%'`,
        `DROP USER IF EXISTS '${migrator}'@'%'`,
      ]),
    ),
  )
