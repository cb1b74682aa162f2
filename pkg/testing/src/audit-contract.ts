import assert from 'node:assert/strict'
import {
  type AuditEntry,
  type AuditList,
  type AuditQuery,
  type NewAuditEntry,
  systemIds,
} from '@micromart/kernel'

/** What an implementation of the audit log offers to this suite. */
export type AuditStore = {
  readonly add: (entry: NewAuditEntry) => Promise<void>
  readonly list: AuditList
}

const at = (second: number) => new Date(Date.UTC(2026, 2, 1, 10, 0, second, 125))

const anEntry = (of: Partial<NewAuditEntry> & { readonly actor?: string } = {}): NewAuditEntry => ({
  by: {
    actor: { kind: 'user', id: of.actor ?? systemIds.next(), roles: ['customer', 'admin'] },
    address: '2001:db8::7',
    userAgent: 'Mozilla/5.0',
    requestId: systemIds.next(),
    traceId: '0af7651916cd43dd8448eb211c80319c',
  },
  at: at(0),
  action: 'dead_letter.discard',
  objectId: systemIds.next(),
  before: { state: 'open', tags: ['é', '😀'], count: 3, none: null },
  after: { state: 'discarded' },
  ...of,
})

const pagesOf = async (
  { list }: AuditStore,
  query: Omit<AuditQuery, 'limit' | 'cursor'> = {},
): Promise<readonly AuditEntry[]> => {
  const items: AuditEntry[] = []
  let cursor: string | undefined
  do {
    const page = await list({ ...query, limit: 2, cursor })
    assert.ok(page.items.length <= 2)
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return items
}

const seqs = (entries: readonly AuditEntry[]): readonly number[] => entries.map(({ seq }) => seq)

type Case = readonly [name: string, run: (store: AuditStore) => Promise<void>]

/**
 * What every implementation of the audit log holds to: `it.each(auditContract)('%s', (_, run) => run(store))`. Each case
 * wants an empty log.
 */
export const auditContract: readonly Case[] = [
  [
    'an entry comes back as it was told, with its place',
    async (store) => {
      const told = anEntry()
      await store.add(told)
      const { items, nextCursor } = await store.list({ limit: 10 })
      assert.equal(nextCursor, undefined)
      const { hash, ...entry } = items[0] ?? assert.fail('nothing was kept')
      assert.match(hash, /^[\da-f]{64}$/)
      assert.deepEqual(
        [entry],
        [
          {
            ...told.by,
            seq: 1,
            at: told.at,
            action: told.action,
            object: { kind: 'dead_letter', id: told.objectId },
            outcome: 'done',
            before: told.before,
            after: told.after,
          },
        ],
      )
    },
  ],
  [
    'what is not known of an entry is not made up',
    async (store) => {
      const by = { actor: { kind: 'system', id: 'rotation', roles: [] } } as const
      await store.add({ by, at: at(0), action: 'key.create', objectId: 'k', outcome: 'refused' })
      const [entry] = (await store.list({ limit: 1 })).items
      const { address, userAgent, requestId, traceId, before, after, outcome, actor } =
        entry ?? assert.fail('nothing was kept')
      const unknown = [address, userAgent, requestId, traceId, before, after]
      assert.deepEqual(
        unknown,
        Array.from(unknown, () => undefined),
      )
      assert.deepEqual({ outcome, actor }, { outcome: 'refused', actor: by.actor })
    },
  ],
  [
    'entries are listed newest first, each once, in pages',
    async (store) => {
      for (const second of [1, 2, 3, 4, 5]) await store.add(anEntry({ at: at(second) }))
      assert.deepEqual(seqs(await pagesOf(store)), [5, 4, 3, 2, 1])
    },
  ],
  [
    'time does not go back from one entry to the next',
    async (store) => {
      for (const second of [5, 3]) await store.add(anEntry({ at: at(second) }))
      const times = (await pagesOf(store)).map((entry) => entry.at)
      assert.deepEqual(times, [at(5), at(5)])
    },
  ],
  [
    'many that come at once follow each other without a gap',
    async (store) => {
      const count = 12
      await Promise.all(Array.from({ length: count }, () => store.add(anEntry())))
      const all = Array.from({ length: count }, (_, index) => count - index)
      assert.deepEqual(seqs(await pagesOf(store)), all)
    },
  ],
  [
    'filters are by actor, action, object and time, all together',
    async (store) => {
      const [ann, bob] = [systemIds.next(), systemIds.next()]
      await store.add(anEntry({ actor: ann, at: at(1), objectId: 'a' }))
      await store.add(anEntry({ actor: bob, at: at(2), objectId: 'a' }))
      await store.add(anEntry({ actor: ann, at: at(3), action: 'order.ship', objectId: 'a' }))
      await store.add(anEntry({ actor: ann, at: at(4), objectId: 'b' }))
      const found = async (query: Parameters<typeof pagesOf>[1]) =>
        seqs(await pagesOf(store, query))
      assert.deepEqual(await found({ actorId: ann }), [4, 3, 1])
      assert.deepEqual(await found({ action: 'order.ship' }), [3])
      assert.deepEqual(await found({ objectKind: 'dead_letter' }), [4, 2, 1])
      assert.deepEqual(await found({ objectKind: 'dead_letter', objectId: 'a' }), [2, 1])
      assert.deepEqual(await found({ since: at(2) }), [4, 3, 2])
      assert.deepEqual(await found({ until: at(2) }), [1])
      assert.deepEqual(await found({ since: at(2), until: at(4), actorId: ann }), [3])
      assert.deepEqual(await found({ since: at(9) }), [])
      assert.deepEqual(await found({ until: at(0) }), [])
      assert.deepEqual(await found({ actorId: systemIds.next() }), [])
    },
  ],
  [
    'a cursor serves its own filters only',
    async (store) => {
      for (const second of [1, 2, 3]) await store.add(anEntry({ at: at(second) }))
      const { nextCursor: cursor } = await store.list({ limit: 1 })
      assert.ok(cursor !== undefined)
      const invalid = { kind: 'invalid', code: 'cursor_invalid' }
      for (const query of [{ action: 'order.ship' }, { since: at(1) }, { cursor: 'nonsense' }]) {
        await assert.rejects(store.list({ limit: 1, cursor, ...query }), invalid)
      }
    },
  ],
]
