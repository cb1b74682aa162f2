import { describe, expect, it } from '@jest/globals'
import type { RowDataPacket } from 'mysql2/promise'
import { impersonal, listed, personal, plain } from '../scripts/checks/personal-data-map.ts'
import { secret, shop } from './support/shop.ts'
import { openMysql } from './support/stores.ts'

type Column = RowDataPacket & { readonly tableName: string; readonly columnName: string }

const schemaOf = (owner: string) => new URL(secret(`mysql-${owner}`)).pathname.slice(1)

/** Every column of every table, as `user.account.email`. */
const columnsOf = async (owner: string): Promise<readonly string[]> => {
  const connection = await openMysql(shop.mysql)
  const [columns] = await connection.query<Column[]>(
    `SELECT table_name AS tableName, column_name AS columnName
     FROM information_schema.columns WHERE table_schema = ?`,
    [schemaOf(owner)],
  )
  await connection.end()
  return columns.map(({ tableName, columnName }) => `${owner}.${tableName}.${columnName}`)
}

const tableOf = (column: string) => column.slice(0, column.lastIndexOf('.'))

const personalColumns = personal.flatMap(([tables = '', columns = '']) =>
  listed(tables).flatMap((table) => listed(columns).map((column) => `${table}.${column}`)),
)
const plainColumns = Object.entries(plain).flatMap(([table, columns]) =>
  listed(columns).map((column) => `${table}.${column}`),
)
const impersonalTables = Object.entries(impersonal).flatMap(([owner, tables]) =>
  listed(tables).map((table) => `${owner}.${table}`),
)

describe('the map of personal data', () => {
  it('has every column of every database, once, and no other', async () => {
    const found = (await Promise.all(Object.keys(impersonal).map(columnsOf))).flat()
    const named = [...personalColumns, ...plainColumns]
    const open = found.filter((column) => !impersonalTables.includes(tableOf(column)))
    expect(open.toSorted()).toEqual(named.toSorted())
    const tables = new Set(found.map(tableOf))
    expect(impersonalTables.filter((table) => !tables.has(table))).toEqual([])
    const mixed = named.map(tableOf).filter((table) => impersonalTables.includes(table))
    expect(mixed).toEqual([])
  })

  it('says of each what it is, why, how long, who sees it and what an erasure does', () => {
    for (const row of personal) expect(row.filter((cell) => cell === '')).toEqual([])
    expect(new Set(personal.map(({ length }) => length))).toEqual(new Set([7]))
  })
})
