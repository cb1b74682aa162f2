import { isTls } from '../stores/address.mjs'
import { connectMysql } from '../stores/mysql.mjs'
import { unlogged } from '../stores/unlogged.mjs'

export const backupUser = 'mm_backup'

/**
 * The account that backs up: it reads the shop's own databases and the log, and writes nothing.
 * @param databases names of schemas
 * @param require `SSL` or `NONE`: what a connection must have
 */
export const backupAccountSql = (password, databases, require) => [
  `CREATE USER IF NOT EXISTS '${backupUser}'@'%' IDENTIFIED BY '${password}'`,
  `ALTER USER '${backupUser}'@'%' IDENTIFIED BY '${password}' REQUIRE ${require}`,
  // RELOAD begins a new log file; the other two say where the log is, and copy it.
  `GRANT RELOAD, BINLOG MONITOR, REPLICATION SLAVE ON *.* TO '${backupUser}'@'%'`,
  ...databases.map(
    (name) =>
      `GRANT SELECT, TRIGGER, LOCK TABLES ON \`${name.replaceAll('_', '\\_')}\`.* TO '${backupUser}'@'%'`,
  ),
]

/** Makes the account, or gives it this password. */
export const createBackupAccount = async (adminUrl, password, databases) => {
  const connection = await connectMysql(adminUrl)
  try {
    const require = isTls(adminUrl) ? 'SSL' : 'NONE'
    await unlogged(connection, async () => {
      for (const sql of backupAccountSql(password, databases, require)) await connection.query(sql)
    })
  } finally {
    await connection.end()
  }
}
