import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import type { NewAuditEntry } from './audit.ts'
import { type AuditRow, entryOf, nextRow, noEntries, verifyChain } from './audit-chain.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 31, 12, 0, second))

const anEntry = (second: number, of: Partial<NewAuditEntry> = {}): NewAuditEntry => ({
  by: {
    actor: { kind: 'user', id: 'u-1', roles: ['customer', 'admin'] },
    address: '192.0.2.7',
    userAgent: 'curl/8',
    requestId: 'r-1',
    traceId: 'a1'.repeat(16),
  },
  at: at(second),
  action: 'order.ship',
  objectId: `o-${second}`,
  before: { status: 'PAID' },
  after: { status: 'SHIPPED' },
  ...of,
})

const chainOf = (entries: readonly NewAuditEntry[]): readonly AuditRow[] =>
  entries.reduce<readonly AuditRow[]>(
    (rows, entry) => [...rows, nextRow(rows.at(-1) ?? noEntries, entry)],
    [],
  )

const five = chainOf([1, 2, 3, 4, 5].map((second) => anEntry(second)))
const head = five.at(-1) ?? noEntries

async function* each(rows: readonly AuditRow[]) {
  yield* rows
}

const verified = (rows: readonly AuditRow[], known = noEntries) =>
  verifyChain(each(rows), head, known)

describe('an entry', () => {
  it('comes back as it went in, with its place', () => {
    const [first] = five
    expect(first && entryOf(first)).toEqual({
      ...anEntry(1).by,
      seq: 1,
      at: at(1),
      action: 'order.ship',
      object: { kind: 'order', id: 'o-1' },
      outcome: 'done',
      before: { status: 'PAID' },
      after: { status: 'SHIPPED' },
      hash: expect.stringMatching(/^[\da-f]{64}$/),
    })
  })

  it('never lies before the one that it follows', () => {
    const [, second] = chainOf([anEntry(5), anEntry(3)])
    expect(second?.at).toEqual(at(5))
  })

  it('names its fields alone where their values would be too long', () => {
    const tags = Array.from({ length: 1_000 }, (_, index) => `tag ${index}`)
    const [row] = chainOf([anEntry(1, { after: { tags, title: 'Mug' } })])
    expect(row && entryOf(row).after).toEqual({ tooLong: true, fields: ['tags', 'title'] })
  })

  it('is cut between characters, so that it comes back from a store as it is', () => {
    const [row] = chainOf([anEntry(1, { objectId: `${'x'.repeat(254)}😀` })])
    expect(row?.objectId.isWellFormed()).toBe(true)
  })
})

describe('a chain', () => {
  it('is whole as it was written, from nothing on', async () => {
    expect(await verified(five)).toEqual({ checked: 5, faults: [] })
    expect(await verifyChain(each([]), noEntries)).toEqual({ checked: 0, faults: [] })
  })

  it('tells which entry was changed, whatever was changed in it', async () => {
    const anywhere = fc.constantFrom(...five.keys())
    const other = fc.record(
      {
        at: fc.constant(at(59)),
        actorKind: fc.constant('system' as const),
        actorId: fc.constant('u-2'),
        actorRoles: fc.constant(''),
        action: fc.constant('order.deliver'),
        objectKind: fc.constant('product'),
        objectId: fc.constant('o-9'),
        outcome: fc.constant('refused'),
        address: fc.constant(null),
        userAgent: fc.constant('curl/9'),
        requestId: fc.constant('r-2'),
        traceId: fc.constant(null),
        before: fc.constant('{"status":"PENDING"}'),
        after: fc.constant(null),
        hash: fc.constant('f'.repeat(64)),
      },
      { requiredKeys: [] },
    )
    const changed = other.filter((fields) => Object.keys(fields).length > 0)
    await fc.assert(
      fc.asyncProperty(anywhere, changed, async (index, fields) => {
        const rows = five.map((row, place) => (place === index ? { ...row, ...fields } : row))
        const { faults } = await verified(rows)
        expect(faults).toContainEqual({ seq: index + 1, fault: 'altered' })
      }),
    )
  })

  it('tells where entries are missing, also the first and the last', async () => {
    const without = (...gone: number[]) => five.filter(({ seq }) => !gone.includes(seq))
    expect((await verified(without(3))).faults).toEqual([{ seq: 3, fault: 'missing' }])
    expect((await verified(without(1, 2))).faults).toEqual([{ seq: 1, fault: 'missing' }])
    expect((await verified(without(5))).faults).toEqual([{ seq: 5, fault: 'cut' }])
    expect((await verified([])).faults).toEqual([{ seq: 1, fault: 'cut' }])
  })

  it('tells an entry that was changed together with its hash by the one after it', async () => {
    const forged = nextRow(five[1] ?? noEntries, anEntry(3, { objectId: 'o-9' }))
    const rows = five.map((row) => (row.seq === 3 ? forged : row))
    expect((await verified(rows)).faults).toEqual([{ seq: 4, fault: 'altered' }])
  })

  it('that was written anew as a whole is told by an end that was seen before', async () => {
    const anew = chainOf([1, 2, 3, 4, 5].map((second) => anEntry(second, { outcome: 'other' })))
    const newHead = anew.at(-1) ?? noEntries
    const seen = five[2] ?? noEntries
    expect((await verifyChain(each(anew), newHead)).faults).toEqual([])
    const { faults } = await verifyChain(each(anew), newHead, seen)
    expect(faults).toEqual([{ seq: 3, fault: 'altered' }])
    const shorter = await verifyChain(each(anew.slice(0, 2)), anew[1] ?? noEntries, seen)
    expect(shorter.faults).toEqual([{ seq: 3, fault: 'cut' }])
  })
})
