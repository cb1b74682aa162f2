import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type NewAuditEntry, systemActing, verifyChain } from '@micromart/kernel'
import { auditContract } from '@micromart/testing'
import {
  addEvent,
  auditMysql,
  auditRows,
  inTransaction,
  readAuditHead,
  recordAudit,
} from '../src/index.ts'
import { anEvent, openStore, type TestStore } from './test-database.ts'

const add = ({ db }: TestStore, entry: NewAuditEntry) =>
  inTransaction(db, (tx) => recordAudit(tx, entry))

const anEntry = (objectId = 'k'): NewAuditEntry => ({
  by: systemActing('tests'),
  at: new Date('2026-03-01T10:00:00.125Z'),
  action: 'key.create',
  objectId,
})

const verified = async ({ db }: TestStore) => {
  const head = await readAuditHead(db)
  return verifyChain(auditRows(db, head), head)
}

describe('the audit log in MySQL', () => {
  it.each(auditContract)('%s', async (_name, run) => {
    await using store = await openStore()
    await run({ add: (entry) => add(store, entry), list: auditMysql(store.db) })
  })

  it('holds what was committed, and nothing of what was not', async () => {
    await using store = await openStore()
    const { db } = store
    const change = inTransaction(db, async (tx) => {
      await addEvent(tx, anEvent())
      await recordAudit(tx, anEntry('lost'))
      throw new Error('too bad')
    })
    await expect(change).rejects.toThrow('too bad')
    await add(store, anEntry('kept'))
    const { items } = await auditMysql(db)({ limit: 10 })
    expect(items.map(({ seq, object }) => [seq, object.id])).toEqual([[1, 'kept']])
    expect(await verified(store)).toEqual({ checked: 1, faults: [] })
  })
})

describe('an audit log that somebody lays hands on', () => {
  let store: TestStore
  /** What the database refuses to everybody, an administrator can have: he drops the triggers. */
  const asAdministrator = async (statement: string) => {
    for (const event of ['update', 'delete']) {
      await store.db.query(`DROP TRIGGER IF EXISTS audit_entries_no_${event}`)
    }
    await store.db.query(statement)
  }

  beforeAll(async () => {
    store = await openStore()
    await inTransaction(store.db, async (tx) => {
      for (let count = 1; count <= 520; count += 1) await recordAudit(tx, anEntry(`k${count}`))
    })
  })
  afterAll(async () => store[Symbol.asyncDispose]())

  it.each([
    ['changed', "UPDATE audit_entries SET actor_id = 'nobody'"],
    ['deleted', 'DELETE FROM audit_entries WHERE seq = 1'],
    ['replaced', 'REPLACE INTO audit_entries SELECT * FROM audit_entries WHERE seq = 1'],
  ])('refuses that an entry is %s', async (_what, statement) => {
    await expect(store.db.query(statement)).rejects.toThrow('audit_entries only grows')
    expect(await verified(store)).toEqual({ checked: 520, faults: [] })
  })

  it('shows what was changed, taken out and cut off, one after the other', async () => {
    await asAdministrator("UPDATE audit_entries SET actor_id = 'nobody' WHERE seq = 7")
    expect((await verified(store)).faults).toEqual([{ seq: 7, fault: 'altered' }])
    await asAdministrator('DELETE FROM audit_entries WHERE seq BETWEEN 300 AND 302')
    await asAdministrator('DELETE FROM audit_entries WHERE seq > 519')
    expect(await verified(store)).toEqual({
      checked: 516,
      faults: [
        { seq: 7, fault: 'altered' },
        { seq: 300, fault: 'missing' },
        { seq: 520, fault: 'cut' },
      ],
    })
  })
})
