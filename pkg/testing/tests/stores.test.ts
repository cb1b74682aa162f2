import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { sqlMigration } from '@micromart/store'
import mysql from 'mysql2/promise'
import { testDatabase } from '../src/index.ts'

const migrations = [
  sqlMigration('CreateThings1763800000001', [
    'CREATE TABLE IF NOT EXISTS things (id INT PRIMARY KEY)',
  ]),
]

const isThere = async (url: string): Promise<boolean> => {
  try {
    const connection = await mysql.createConnection(url)
    await connection.query('SELECT id FROM things')
    await connection.end()
    return true
  } catch {
    return false
  }
}

describe('a test database', () => {
  it('is migrated, its own, and gone afterwards', async () => {
    const [one, other] = await Promise.all([
      testDatabase('things', migrations),
      testDatabase('things', migrations),
    ])
    expect(one.name).not.toBe(other.name)
    expect(await isThere(one.url)).toBe(true)
    await one[Symbol.asyncDispose]()
    expect(await isThere(one.url)).toBe(false)
    expect(await isThere(other.url)).toBe(true)
    await other[Symbol.asyncDispose]()
  })

  it('is migrated by a newer checkout afterwards, where one is named', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'newer-'))
    const own = path.join(folder, 'services', 'things', 'src', 'repository', 'migrations')
    mkdirSync(own, { recursive: true })
    writeFileSync(
      path.join(own, 'index.ts'),
      `export const migrations = [class { name = 'AddSize1763800000002'
         async up(runner) { await runner.query('ALTER TABLE things ADD COLUMN size INT') } async down() {} }]`,
    )
    process.env['MICROMART_SCHEMA_OF'] = folder
    try {
      await using database = await testDatabase('things', migrations)
      const connection = await mysql.createConnection(database.url)
      const [rows] = await connection.query('SHOW COLUMNS FROM things')
      await connection.end()
      expect(rows).toMatchObject([{ Field: 'id' }, { Field: 'size' }])
    } finally {
      delete process.env['MICROMART_SCHEMA_OF']
      rmSync(folder, { recursive: true })
    }
  })

  it('leaves nothing behind when a migration fails', async () => {
    const broken = [sqlMigration('Broken1763800000001', ['CREATE NONSENSE'])]
    await expect(testDatabase('broken', broken)).rejects.toThrow()
  })
})
