import { describe, expect, it } from '@jest/globals'
import { secret } from './support/shop.ts'
import { openMysql } from './support/stores.ts'

const owners = ['product', 'user', 'order', 'payment', 'provider']

const refused = async (account: string, sql: string): Promise<string> => {
  const connection = await openMysql(secret(`mysql-${account}`))
  try {
    await connection.query(sql)
    return 'allowed'
  } catch (error) {
    return (error as { code: string }).code
  } finally {
    await connection.end()
  }
}

describe('S58 each database account', () => {
  const foreign = owners.flatMap((account) =>
    owners.filter((other) => other !== account).map((other) => [account, other]),
  )

  it.each(foreign)('%s is refused on the schema of %s', async (account, other) => {
    const sql = `SELECT 1 FROM micromart_${other}.outbox LIMIT 1`
    expect(await refused(account, sql)).toMatch(/ER_(TABLEACCESS|DBACCESS)_DENIED_ERROR/)
  })

  it.each(owners)('%s reads its own schema and may not change tables', async (account) => {
    expect(await refused(account, 'SHOW TABLES')).toBe('allowed')
    expect(await refused(account, 'CREATE TABLE sneaky (id INT)')).toMatch(/DENIED/)
    expect(await refused(account, 'DROP DATABASE mysql')).toMatch(/DENIED/)
  })
})
