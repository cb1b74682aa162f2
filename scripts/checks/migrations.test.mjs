import { describe, expect, it } from '@jest/globals'
import { globSync, readFileSync } from 'node:fs'
import { contractsIn, mayContract } from './migrations.mjs'

const files = globSync('services/*/src/repository/migrations/*.ts')

describe('a migration', () => {
  it.each(files)('%s only adds', (file) => {
    expect(files.length).toBeGreaterThan(10)
    expect(mayContract(file) ? [] : contractsIn(readFileSync(file, 'utf8'))).toEqual([])
  })

  it.each([
    ['`DROP TABLE refunds`', 'drops'],
    ['`ALTER TABLE orders\n  DROP COLUMN carrier`', 'drops'],
    ['`ALTER TABLE orders DROP FOREIGN KEY orders_user`', 'drops'],
    ['`RENAME TABLE orders TO purchases`', 'renames'],
    ['`ALTER TABLE orders RENAME COLUMN a TO b`', 'renames'],
    ['`ALTER TABLE orders CHANGE COLUMN a b TEXT NULL`', 'renames'],
    ['`TRUNCATE outbox`', 'empties'],
    ['`ALTER TABLE orders ADD COLUMN carrier TEXT NOT NULL`', 'no default'],
    [
      '`ALTER TABLE orders ADD COLUMN a INT NULL,\n ADD COLUMN b DECIMAL(9,2) NOT NULL,\n ADD KEY a (a)`',
      'no default',
    ],
  ])('%s is found to take something away', (text, what) => {
    expect(contractsIn(text).join()).toContain(what)
  })

  it.each([
    '`ALTER TABLE orders ADD COLUMN carrier TEXT NULL`',
    '`ALTER TABLE orders ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0,\n ADD COLUMN tax BIGINT NULL`',
    '`ALTER TABLE stock DROP KEY stock_sku, ADD KEY stock_sku (sku, id)`',
    '// One statement drops and adds.\n`CREATE TABLE IF NOT EXISTS a (id INT NOT NULL)`',
  ])('%s only adds', (text) => {
    expect(contractsIn(text)).toEqual([])
  })

  it('that takes something away says so by its name', () => {
    expect(mayContract('1763800000040-contract-old-status.ts')).toBe(true)
    expect(mayContract('1763800000040-contracts.ts')).toBe(false)
  })
})
