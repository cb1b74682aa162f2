import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { basesBefore, logsAfter, readArchive, verifyBase } from './archive.mjs'

let dir

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'mm-archive-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const write = (name, files) => {
  mkdirSync(path.join(dir, name))
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(dir, name, file), text)
}

const base = (name, file, begun = '261201  3:00:01') => {
  const dump = `dump of ${name}`
  const digest = createHash('sha256').update(dump).digest('hex')
  write(name, {
    'dump.sql.gz': dump,
    position: `${file} 379 ${begun}\n`,
    SHA256SUMS: `${digest}  dump.sql.gz\n`,
  })
}

it('takes the newest base before the instant, and the logs that hold its file, the latest copy first', () => {
  base('base-20261201T030000Z', 'binlog.000001')
  base('base-20261201T040000Z', 'binlog.000003', '261201  3:59:58')
  write('.base-20261201T050000Z.77', { 'dump.sql.gz': 'half' })
  write('log-20261201T030100Z', {
    'binlog.000001': '',
    'binlog.000002': '',
    'binlog.000003': '',
  })
  write('log-20261201T040100Z', { 'binlog.000003': '', 'binlog.000004': '' })
  const archive = readArchive(dir)
  const [found, older] = basesBefore(archive, new Date('2026-12-01T04:30:00Z'))
  expect(found).toMatchObject({ file: 'binlog.000003', position: 379 })
  expect(older.file).toBe('binlog.000001')
  expect(basesBefore(archive)[0]).toBe(found)
  const names = logsAfter(archive, found).map((files) =>
    files.map((file) => path.relative(dir, file)),
  )
  expect(names).toEqual([
    ['log-20261201T040100Z/binlog.000003', 'log-20261201T040100Z/binlog.000004'],
    ['log-20261201T030100Z/binlog.000003'],
  ])
})

it("goes by the server's clock, not by that which named the folder", () => {
  base('base-20261201T040000Z', 'binlog.000003', '261201  4:05:00')
  const archive = readArchive(dir)
  expect(() => basesBefore(archive, new Date('2026-12-01T04:04:00Z'))).toThrow(
    'is of 2026-12-01T04:05',
  )
  expect(basesBefore(archive, new Date('2026-12-01T04:06:00Z'))).toHaveLength(1)
})

it('says when there is none before the instant', () => {
  base('base-20261201T030000Z', 'binlog.000001')
  const archive = readArchive(dir)
  expect(() => basesBefore(archive, new Date('2026-12-01T02:00:00Z'))).toThrow(
    'The first backup is of 2026-12-01T03:00:01.000Z, after 2026-12-01T02:00:00.000Z',
  )
  expect(() => basesBefore(readArchive(path.join(dir, 'none')), new Date())).toThrow(
    'There is no backup in that folder',
  )
})

it('refuses a base that is not what was written', async () => {
  base('base-20261201T030000Z', 'binlog.000001')
  const [found] = readArchive(dir).bases
  await verifyBase(found)
  writeFileSync(path.join(found.folder, 'dump.sql.gz'), 'something else')
  await expect(verifyBase(found)).rejects.toThrow('is not what was written')
})
