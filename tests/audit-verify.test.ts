import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import type { RowDataPacket } from 'mysql2/promise'
import { call, secret, shop } from './support/shop.ts'
import { loginAs, newProduct } from './support/shopper.ts'
import { openMysql } from './support/stores.ts'

type Ended = { readonly code: number | null; readonly out: string; readonly errors: string }

/** `npm run audit:verify` on the running shop. */
const verify = async (...args: readonly string[]): Promise<Ended> => {
  const env = { ...process.env, MICROMART_HOME: path.dirname(shop.secrets) }
  const child = spawn(process.execPath, ['scripts/audit-verify.mjs', ...args], { env })
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, out, errors }
}

const schema = new URL(secret('mysql-product')).pathname.slice(1)

/** As the database's administrator, who may do everything. */
const byHand = async (...statements: readonly string[]): Promise<RowDataPacket[]> => {
  const url = new URL(shop.mysql) // with what it says of TLS
  url.pathname = `/${schema}`
  const connection = await openMysql(url.href)
  try {
    let rows: RowDataPacket[] = []
    for (const sql of statements) [rows] = await connection.query<RowDataPacket[]>(sql)
    return rows
  } finally {
    await connection.end()
  }
}

const trigger = `CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_entries only grows'`

describe('npm run audit:verify', () => {
  let heads: string
  let admin: string

  beforeAll(async () => {
    heads = path.join(await mkdtemp(path.join(tmpdir(), 'micromart-heads-')), 'heads.json')
    admin = await loginAs('admin')
    await newProduct(admin)
  })
  afterAll(() => rm(path.dirname(heads), { recursive: true }))

  it('finds the logs of all services whole, while they are written, and notes where they end', async () => {
    const [{ code, out, errors }] = await Promise.all([verify('--heads', heads), newProduct(admin)])
    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(out).toContain('Every audit log is whole.')
    const ends = JSON.parse(await readFile(heads, 'utf8')) as Record<string, { seq: number }>
    expect(Object.keys(ends)).toEqual(['product', 'user', 'cart', 'order', 'payment'])
    expect(ends['product']?.seq).toBeGreaterThan(0)
  })

  it('S58 the service itself can neither change nor delete an entry', async () => {
    const connection = await openMysql(secret('mysql-product'))
    const refused = { message: expect.stringContaining('audit_entries only grows') }
    for (const sql of ["UPDATE audit_entries SET outcome = ''", 'DELETE FROM audit_entries']) {
      await expect(connection.query(sql)).rejects.toMatchObject(refused)
    }
    const drop = connection.query('DROP TRIGGER audit_entries_no_delete')
    await expect(drop).rejects.toMatchObject({ code: 'ER_TABLEACCESS_DENIED_ERROR' })
    await connection.end()
  })

  it('tells which entry an administrator has changed, and is content once it is as it was', async () => {
    const change = (to: string) => [
      'DROP TRIGGER IF EXISTS audit_entries_no_update',
      `UPDATE audit_entries SET object_id = ${to} WHERE seq = 1`,
      trigger,
    ]
    const [first] = await byHand('SELECT object_id AS id FROM audit_entries WHERE seq = 1')
    await byHand(...change(`'${randomUUID()}'`))
    const { code, out } = await verify('--heads', heads, '--service', 'product')
    await byHand(...change(`'${String(first?.['id'])}'`))
    expect({ code, out }).toEqual({
      code: 1,
      out: expect.stringContaining('entry 1: is not what was written'),
    })
    expect((await verify('--heads', heads)).code).toBe(0)
  })

  it('says what it could not find out', async () => {
    const { code, errors } = await verify('--service', 'provider')
    expect({ code, errors }).toEqual({
      code: 2,
      errors: expect.stringContaining('provider has no audit log'),
    })
  })

  it('S34 an operator reads what was done; whoever else asks is refused', async () => {
    const listed = await call<{ items: { action: string }[]; unavailable: string[] }>(
      'GET',
      '/v1/admin/audit?object=product&limit=1',
      { token: admin },
    )
    expect([listed.status, listed.body.unavailable]).toEqual([200, []])
    expect(listed.body.items[0]?.action).toMatch(/^product\./)
    const token = await loginAs('support')
    expect((await call('GET', '/v1/admin/audit', { token })).status).toBe(403)
  })
})
