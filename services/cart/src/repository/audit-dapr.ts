import type { StateStore } from '@micromart/dapr'
import {
  auditFiltersOf,
  type AuditHead,
  type AuditList,
  type AuditQuery,
  type AuditRow,
  decodeCursor,
  DomainError,
  encodeCursor,
  entryOf,
  type NewAuditEntry,
  nextRow,
  noEntries,
} from '@micromart/kernel'
import { type Entries, entriesDapr } from './entries.ts'
import { auditHeadFrom, auditRowFrom } from './stored-audit.ts'
import { storedWith } from './stored-json.ts'

/** The audit log, and the way into it. */
export type AuditLog = {
  readonly add: (entry: NewAuditEntry) => Promise<void>
  readonly list: AuditList
}

type Store = {
  readonly rows: Entries<`audit:${number}`, AuditRow>
  readonly head: Entries<'audit', AuditHead>
}

const busy = () => new DomainError('conflict', 'audit_busy')

/**
 * Entry first, end second. A crash in between leaves an entry beyond the end: the next writer finds it in his place, moves
 * the end behind it and takes the next.
 */
const add =
  ({ rows, head }: Store) =>
  async (entry: NewAuditEntry): Promise<void> => {
    let written: AuditRow | undefined
    const attempt = () =>
      head.change('audit', async (known = noEntries) => {
        if (written && known.seq >= written.seq) return { entry: undefined, result: true }
        const wanted = nextRow(known, entry)
        const row = await rows.change(`audit:${wanted.seq}`, (found) => ({
          entry: found ? undefined : wanted,
          result: found ?? wanted,
        }))
        const isOurs = row.hash === wanted.hash
        if (isOurs) written = row
        const { seq, at, hash } = row
        return { entry: { seq, at, hash }, result: isOurs }
      })
    while (!(await attempt()));
  }

const matches =
  ({ actorId, action, objectKind, objectId, since, until }: AuditQuery) =>
  (row: AuditRow): boolean =>
    (actorId ?? row.actorId) === row.actorId &&
    (action ?? row.action) === row.action &&
    (objectKind ?? row.objectKind) === row.objectKind &&
    (objectId ?? row.objectId) === row.objectId &&
    row.at >= (since ?? row.at) &&
    (until === undefined || row.at < until)

const atOnce = 20

/** From a place backwards, as far as somebody reads on. */
async function* backwards({ rows }: Store, before: number): AsyncGenerator<AuditRow> {
  for (let last = before - 1; last > 0; last -= atOnce) {
    const length = Math.min(atOnce, last)
    const keys = Array.from({ length }, (_, index) => `audit:${last - index}` as const)
    for (const row of await Promise.all(keys.map((key) => rows.read(key)))) if (row) yield row
  }
}

const placeOf = ({ cursor }: AuditQuery, boundTo: ReturnType<typeof auditFiltersOf>) => {
  const place = cursor === undefined ? Infinity : decodeCursor(cursor, boundTo)
  if (typeof place === 'number') return place
  throw new DomainError('invalid', 'cursor_invalid')
}

const list =
  (store: Store): AuditList =>
  async (query) => {
    const boundTo = auditFiltersOf(query)
    const { seq } = (await store.head.read('audit')) ?? noEntries
    const before = Math.min(placeOf(query, boundTo), seq + 1)
    const { limit, since } = query
    const found: AuditRow[] = []
    for await (const row of backwards(store, before)) {
      if (since && row.at < since) break // times never go back along the log
      if (matches(query)(row)) found.push(row)
      if (found.length > limit) break
    }
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return { items: page.map(entryOf), nextCursor: last && encodeCursor(last.seq, boundTo) }
  }

/** The cart's audit log in the Dapr state store: an entry each, never written twice and kept for good, and where they end. */
export const auditDapr = (state: StateStore): AuditLog => {
  const form = { to: storedWith, busy, ttlSeconds: () => -1 }
  const store: Store = {
    rows: entriesDapr(state, { ...form, from: auditRowFrom }),
    head: entriesDapr(state, { ...form, from: auditHeadFrom }),
  }
  return { add: add(store), list: list(store) }
}
