import { spawnSync } from 'node:child_process'
import {
  existsSync,
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

const run = (args, dump = whole) =>
  spawnSync('sh', [script, ...args], {
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      MM_BACKUP_DIR: dir(),
      MM_BACKUP_CLIENT: path.join(work, 'client.cnf'),
      MM_BACKUP_DUMP: program('dump', dump),
      MM_BACKUP_LOG: program('log', 'exit 1'),
      MM_DATABASES: 'micromart_order micromart_payment',
    },
  })

it('writes a base that only its owner reads, with its place in the log', async () => {
  const { status, stdout } = run(['base'])
  expect(status).toBe(0)
  const folder = stdout.trim()
  expect(readFileSync(path.join(folder, 'position'), 'utf8')).toBe('binlog.000007 379\n')
  expect(statSync(path.join(folder, 'dump.sql.gz')).mode & 0o077).toBe(0)
  await verifyBase({ folder })
})

it.each([
  ['fails', `${whole}\nexit 3`, 'could not be dumped'],
  ['breaks off', 'echo "-- MariaDB dump"', 'has no end'],
  ['knows no log', 'echo "-- Dump completed"', 'does not say its place in the log'],
])('leaves no base where a dump %s', (_, dump, said) => {
  const { status, stderr } = run(['base'], dump)
  expect([status, stderr]).toEqual([1, expect.stringContaining(said)])
  expect(readdirSync(dir()).filter((name) => name.startsWith('base-'))).toEqual([])
})

it('says in one sentence what is wrong', () => {
  expect(run([])).toMatchObject({ status: 2, stderr: expect.stringContaining('base|follow|prune') })
  expect(run(['restore']).status).toBe(2)
  expect(run(['follow']).stderr).toContain('there is no base yet')
  expect(run(['--help'])).toMatchObject({ status: 0 })
})

const daysAgo = (file, days) => {
  const at = Date.now() / 1000 - days * 86_400
  utimesSync(file, at, at)
}

const aged = (name, file, days) => {
  mkdirSync(path.join(dir(), name), { recursive: true })
  const whose = path.join(dir(), name, file)
  writeFileSync(whose, '')
  writeFileSync(path.join(dir(), name, 'position'), 'binlog.000001 379\n')
  daysAgo(whose, days)
  daysAgo(path.join(dir(), name, 'position'), days)
}

it('forgets what is old, never the newest base, nor a log that one leads to', () => {
  aged('base-20261001T000000Z', 'dump.sql.gz', 60)
  aged('base-20261101T000000Z', 'dump.sql.gz', 30)
  aged('log-20261001T000000Z', 'binlog.000001', 50)
  aged('log-20261101T000000Z', 'binlog.000002', 20)
  expect(run(['prune']).status).toBe(0)
  expect(readdirSync(dir()).toSorted()).toEqual(['base-20261101T000000Z', 'log-20261101T000000Z'])
  expect(existsSync(path.join(dir(), 'log-20261101T000000Z', 'binlog.000002'))).toBe(true)
})
