import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { keptSecrets } from '../shop/secrets.mjs'
import { urlWith } from '../stores/address.mjs'
import { connectMysql } from '../stores/mysql.mjs'
import { Fault } from '../terminal/fault.mjs'
import { backupUser, createBackupAccount } from './account.mjs'
import { writeClientFile } from './client-file.mjs'

const script = path.join(root, 'deploy', 'kubernetes', 'base', 'backup', 'mm-backup')

const requireLog = async (adminUrl) => {
  const connection = await connectMysql(adminUrl).catch((cause) => {
    throw new Fault(`The database does not answer: ${cause.code ?? cause.message}`, {
      advice: 'Is the shop started (npm start)?',
      cause,
    })
  })
  const [[{ on }]] = await connection.query('SELECT @@log_bin AS `on`')
  await connection.end()
  if (on === 1) return
  throw new Fault('The database keeps no binary log, so that no instant can be restored', {
    advice: 'Start the shop with MICROMART_BINLOG=1; elsewhere set log_bin and binlog_format=ROW.',
  })
}

/**
 * The account of the backups and what `mm-backup` wants of the environment.
 * @param into the folder of the backups
 */
export const prepareBackup = async ({ home, into, adminUrl, databases, programs }) => {
  await requireLog(adminUrl)
  const { 'mysql-backup': password } = keptSecrets(path.join(home, 'keys.json'), {
    random: ['mysql-backup'],
  })
  await createBackupAccount(adminUrl, password, databases)
  mkdirSync(into, { recursive: true, mode: 0o700 })
  const url = urlWith(adminUrl, { user: backupUser, password })
  return {
    MM_BACKUP_DIR: into,
    MM_BACKUP_CLIENT: writeClientFile(path.join(home, 'backup-client.cnf'), url),
    MM_BACKUP_DUMP: programs.dump,
    MM_BACKUP_LOG: programs.log,
    MM_BACKUP_SQL: programs.mariadb,
    MM_DATABASES: databases.join(' '),
  }
}

/** Starts `mm-backup`. @returns its process, and its end as a promise of the exit code */
export const startBackup = (task, env, stdio = 'inherit') => {
  const child = spawn('sh', [script, task], { env: { ...process.env, ...env }, stdio })
  const ended = new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  )
  return { child, ended }
}

/** Makes a base. @throws Fault when it fails; what it said stands above */
export const makeBase = async (env) => {
  const code = await startBackup('base', env).ended
  if (code !== 0) throw new Fault('There is no new backup', { advice: 'See what is said above.' })
}
