import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { root } from '../machine/paths.mjs'
import { verifyBase } from './archive.mjs'

const script = path.join(root, 'deploy', 'kubernetes', 'base', 'backup', 'mm-backup')
let work

beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'mm-backup-'))
})
afterEach(() => rmSync(work, { recursive: true, force: true }))

const dir = () => path.join(work, 'backups')

const program = (name, text) => {
  const file = path.join(work, name)
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 })
  return file
}

const whole = `echo "-- CHANGE MASTER TO MASTER_LOG_FILE='binlog.000007', MASTER_LOG_POS=379;"
echo "-- with $*"
echo "-- Dump completed on 2026-12-01  3:31:33"`

const header =
  'echo "#261201  3:31:33 server id 1  end_log_pos 256 CRC32 0x44f628d2 	Start: binlog v 4, server v 10.11"'

const run = (args, { dump = whole, log = header, sql = 'exit 1', seconds = '0' } = {}) =>
  spawnSync('sh', [script, ...args], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      MM_BACKUP_DIR: dir(),
      MM_BACKUP_CLIENT: path.join(work, 'client.cnf'),
      MM_BACKUP_DUMP: program('dump', dump),
      MM_BACKUP_LOG: program('log', log),
      MM_BACKUP_SQL: program('sql', sql),
      MM_BACKUP_SECONDS: seconds,
      MM_DATABASES: 'micromart_order micromart_payment',
    },
  })

it('writes a base that only its owner reads, with its place in the log', async () => {
  const { status, stdout } = run(['base'])
  expect(status).toBe(0)
  const folder = stdout.trim()
  expect(readFileSync(path.join(folder, 'position'), 'utf8')).toBe(
    'binlog.000007 379 261201  3:31:33\n',
  )
  expect(statSync(path.join(folder, 'dump.sql.gz')).mode & 0o077).toBe(0)
  await verifyBase({ folder })
})

it.each([
  ['fails', `${whole}\nexit 3`, 'could not be dumped'],
  ['breaks off', 'echo "-- MariaDB dump"', 'has no end'],
  ['knows no log', 'echo "-- Dump completed"', 'does not say its place in the log'],
])('leaves no base where a dump %s', (_, dump, said) => {
  const { status, stderr } = run(['base'], { dump })
  expect([status, stderr]).toEqual([1, expect.stringContaining(said)])
  expect(readdirSync(dir())).toEqual([])
})

it('leaves no base whose log the server does not show', () => {
  const { status, stderr } = run(['base'], { log: 'exit 1' })
  expect([status, stderr]).toEqual([1, expect.stringContaining('does not show binlog.000007')])
  expect(readdirSync(dir())).toEqual([])
})

it('says in one sentence what is wrong', () => {
  expect(run([])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('base|follow|check|prune'),
  })
  expect(run(['restore']).status).toBe(2)
  expect(run(['follow']).stderr).toContain('there is no base yet')
  expect(run(['--help'])).toMatchObject({ status: 0 })
})

const daysAgo = (file, days) => {
  const at = Date.now() / 1000 - days * 86_400
  utimesSync(file, at, at)
}

/** @param files with the days since each was written last */
const aged = (name, files) => {
  mkdirSync(path.join(dir(), name), { recursive: true })
  for (const [file, days] of Object.entries(files)) {
    writeFileSync(path.join(dir(), name, file), file)
    daysAgo(path.join(dir(), name, file), days)
  }
}

it('forgets what is old, never the newest base, nor a log that one leads to', () => {
  aged('base-20261001T000000Z', { began: 60, 'dump.sql.gz': 59, position: 59 })
  aged('base-20261101T000000Z', { began: 30, 'dump.sql.gz': 28, position: 28 })
  aged('log-20261001T000000Z', { 'binlog.000001': 50 })
  // Ended while the base was dumped, which begins in it.
  aged('log-20261101T000000Z', { 'binlog.000002': 29, 'binlog.000003': 20 })
  mkdirSync(path.join(dir(), '.base-20261102T000000Z.7'))
  daysAgo(path.join(dir(), '.base-20261102T000000Z.7'), 2)
  expect(run(['prune']).status).toBe(0)
  expect(readdirSync(dir()).toSorted()).toEqual(['base-20261101T000000Z', 'log-20261101T000000Z'])
  expect(readdirSync(path.join(dir(), 'log-20261101T000000Z'))).toEqual([
    'binlog.000002',
    'binlog.000003',
  ])
})

it("checks that the newest copy has what the server's log had", () => {
  const sql = `printf 'binlog.000003\\t13\\t\\t\\n'`
  expect(run(['check'], { sql })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('there is no copy of the log'),
  })
  aged('log-20261101T000000Z', { 'binlog.000003': 1 })
  expect(run(['check'], { sql }).status).toBe(0)
  mkdirSync(path.join(dir(), 'log-20261102T000000Z'))
  expect(run(['check'], { sql })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('the copy is behind: 0 of 13 bytes of binlog.000003'),
  })
  expect(run(['check']).stderr).toContain('does not say how far its log is')
})
