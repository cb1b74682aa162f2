import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { findProgram } from '../machine/programs.mjs'
import { cachedMysql } from './debian-mysql.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'
import { portNear } from '../machine/ports.mjs'
import { connectMysql } from './mysql.mjs'
import { spawnServer, waitFor } from './servers.mjs'
import { versionIn, inRange, versionText } from '../machine/versions.mjs'
import { Fault } from '../terminal/fault.mjs'

const oldest = { mariadb: [10, 11, 0], mysql: [8, 4, 0] }

/** The kind of server that MICROMART_STORE asks for: `mariadb`, `mysql`, or undefined for whichever is here. */
export const wishedStore = () => {
  const wished = process.env.MICROMART_STORE || undefined
  if (wished === undefined || wished in oldest) return wished
  throw new Fault(`MICROMART_STORE is "${wished}"`, {
    advice: `It is ${Object.keys(oldest).join(' or ')}, or unset for whichever is here.`,
  })
}

const serverIn = async (file) => {
  const text = (await outputOf(file, ['--no-defaults', '--version'])) ?? ''
  const kind = /mariadb/i.test(text) ? 'mariadb' : 'mysql'
  const version = versionIn(text.replace(/^.*?Ver /, ''))
  return {
    file,
    kind,
    version,
    supported: inRange(version, { from: oldest[kind], below: [99, 0, 0] }),
  }
}

/** The database server on this machine: `{ file, kind: 'mariadb' | 'mysql', version, supported }`. */
export const findMysql = async () => {
  const wished = wishedStore()
  const names = { mariadb: ['mariadbd'], mysql: ['mysqld'] }[wished] ?? ['mariadbd', 'mysqld']
  // Debian's MariaDB answers to the name of mysqld, too.
  const files = [findProgram(...names), wished === 'mysql' && cachedMysql()].filter(Boolean)
  const servers = await Promise.all(files.map(serverIn))
  return servers.find(({ kind }) => wished === undefined || kind === wished)
}

export const tooOld = ({ file, kind, version }) =>
  `${file} is ${kind} ${version ? versionText(version) : 'of unknown version'}; the shop needs MariaDB 10.11 or MySQL 8.4 at least`

const asUser = process.getuid?.() === 0 ? ['--user=root'] : []

const createFiles = async ({ file, kind }, data, log) => {
  const install = kind === 'mariadb' && findProgram('mariadb-install-db', 'mysql_install_db')
  // A half-made data folder can't be continued: made aside, then renamed.
  const [program, args] = install
    ? [
        install,
        ['--no-defaults', `--datadir=${data}`, '--skip-test-db', '--skip-name-resolve', ...asUser],
      ]
    : [file, ['--no-defaults', '--initialize-insecure', `--datadir=${data}`, ...asUser]]
  await runCommand(program, args, { log, what: 'Creating the database files' })
}

const adminPassword = (folder) => {
  const file = path.join(folder, 'admin-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

// The server runs this at each start: the administrator is as we know it, and root has no open door.
const initFile = (folder, kind, password) => {
  const file = path.join(folder, 'init.sql')
  const admin = `'micromart_admin'@'127.0.0.1'`
  const lines = [
    // A binary log would hold the password.
    'SET SESSION sql_log_bin = 0',
    `CREATE USER IF NOT EXISTS ${admin} IDENTIFIED BY '${password}'`,
    `ALTER USER ${admin} IDENTIFIED BY '${password}'`,
    `GRANT ALL PRIVILEGES ON *.* TO ${admin} WITH GRANT OPTION`,
    ...(kind === 'mysql' ? [`ALTER USER 'root'@'localhost' IDENTIFIED BY '${password}'`] : []),
  ]
  writeFileSync(file, lines.map((line) => `${line};\n`).join(''), { mode: 0o600 })
  return file
}

// With `require-secure-transport` a plain client is refused before it can say a password.
const tlsArgs = ({ files, ca }) => [
  `--ssl-cert=${files.certificate}`,
  `--ssl-key=${files.key}`,
  `--ssl-ca=${ca}`,
  '--tls-version=TLSv1.2,TLSv1.3',
  '--require-secure-transport=ON',
]

// MySQL alone has a second protocol, open on all addresses, statistics of 200 MB, and a folder for files that must exist.
const mysqlArgs = ['--mysqlx=OFF', '--performance-schema=OFF', '--secure-file-priv=NULL']

const serverArgs = ({ kind, folder, data, port, init }) => [
  '--no-defaults',
  ...asUser,
  `--datadir=${data}`,
  `--port=${port}`,
  '--bind-address=127.0.0.1',
  // Another server that starts deletes temporary files of this one where both keep them in /tmp.
  `--tmpdir=${path.join(folder, 'tmp')}`,
  // Where the binary log is on, only this lets a service's own user create its triggers.
  '--loose-log-bin-trust-function-creators=1',
  `--socket=${path.join(folder, 'sock')}`,
  `--pid-file=${path.join(folder, 'pid')}`,
  `--init-file=${init}`,
  '--skip-name-resolve',
  '--max-connections=300',
  '--innodb-buffer-pool-size=256M',
  '--character-set-server=utf8mb4',
  ...(kind === 'mysql' ? mysqlArgs : []),
]

/**
 * What a restore to an instant needs. The simulated provider's database is the bank's: no shop restores it. Rows alone are logged,
 * not the statements with their values in plain text beside them.
 */
const logArgs = (folder) => [
  `--log-bin=${path.join(folder, 'data', 'binlog')}`,
  '--server-id=1',
  '--binlog-format=ROW',
  '--sync-binlog=1',
  '--loose-binlog-annotate-row-events=OFF',
  '--binlog-ignore-db=micromart_provider',
]

/** A log that was begun is kept on: a start without would leave a gap in it that nobody could see. MySQL has one of its own accord. */
const hasLog = ({ kind }, data) => kind === 'mariadb' && existsSync(path.join(data, 'binlog.index'))

// MariaDB and MySQL cannot read each other's files. What tests leave behind is made anew, a shop's data is not.
const isMadeBy = (kind, { ready, durable }) => {
  if (!existsSync(ready)) return false
  const maker = readFileSync(ready, 'utf8') || 'mariadb'
  if (maker === kind || !durable) return maker === kind
  throw new Fault(`The data in ${path.dirname(ready)} are ${maker}'s, and the server is ${kind}`, {
    advice: `Set MICROMART_STORE=${maker}, or MICROMART_HOME to another folder.`,
  })
}

/**
 * Runs MariaDB or MySQL privately, with its data in `folder`.
 * @param name of its process in the run
 * @param durable false for tests: a commit need not survive a power cut
 * @param logged keeps a binary log, from which a backup leads on to any instant
 * @param tls `{ files, ca }`: takes nothing else than TLS with that certificate
 * @returns the administrator's address
 */
export const startOwnMysql = async ({
  name = 'mysql',
  folder,
  wish,
  durable = true,
  logged = false,
  tls,
  run,
  log,
  say,
}) => {
  const found = await findMysql()
  if (!found.supported)
    throw new Fault(tooOld(found), { advice: 'Install a newer one, or set MICROMART_MYSQL_URL.' })
  const data = path.join(folder, 'data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const temporary = path.join(folder, 'tmp')
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { mode: 0o700 })
  const ready = path.join(folder, 'created')
  if (!isMadeBy(found.kind, { ready, durable })) {
    rmSync(ready, { force: true })
    rmSync(data, { recursive: true, force: true })
    await say.step('Database files', { usually: '5 s, once' }, () => createFiles(found, data, log))
    writeFileSync(ready, found.kind)
  }
  const password = adminPassword(folder)
  const port = await portNear(wish)
  const init = initFile(folder, found.kind, password)
  const args = serverArgs({ kind: found.kind, folder, data, port, init })
  if (!durable) args.push('--innodb-flush-log-at-trx-commit=2', '--skip-log-bin')
  if (logged || (durable && hasLog(found, data))) args.push(...logArgs(folder))
  if (tls) args.push(...tlsArgs(tls))
  const server = spawnServer(name, found.file, args, { run, log })
  const verified = tls ? `?ssl-mode=VERIFY_IDENTITY&ssl-ca=${encodeURIComponent(tls.ca)}` : ''
  const url = `mysql://micromart_admin:${password}@127.0.0.1:${port}${verified}`
  await waitFor(`${found.kind} on port ${port}`, server, async () => {
    const connection = await connectMysql(url)
    await connection.end()
  })
  return url
}
