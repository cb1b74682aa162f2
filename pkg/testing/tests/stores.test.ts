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

  it('leaves nothing behind when a migration fails', async () => {
    const broken = [sqlMigration('Broken1763800000001', ['CREATE NONSENSE'])]
    await expect(testDatabase('broken', broken)).rejects.toThrow()
  })
})
