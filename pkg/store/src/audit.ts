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
} from '@micromart/kernel'
import type { DataSource, EntityManager } from 'typeorm'
import { readAuditHead, selectAudit } from './audit-rows.ts'
import { type Connection, marks, write } from './table.ts'

/** In the order of the statement. */
const columns = [
  'seq',
  'at',
  'actorKind',
  'actorId',
  'actorRoles',
  'action',
  'objectKind',
  'objectId',
  'outcome',
  'address',
  'userAgent',
  'requestId',
  'traceId',
  'before',
  'after',
  'hash',
] as const satisfies readonly (keyof AuditRow)[]

const insert = (tx: EntityManager, row: AuditRow): Promise<number> =>
  write(
    tx,
    `INSERT INTO audit_entries (seq, at, actor_kind, actor_id, actor_roles, action, object_kind, object_id,
       outcome, address, user_agent, request_id, trace_id, state_before, state_after, hash)
     VALUES (${marks(columns)})`,
    columns.map((column) => row[column]),
  )

/**
 * Writes down what a transaction does, in that very transaction: its *last* statement, since all writers of the log wait here
 * for each other.
 */
export const recordAudit = async (tx: EntityManager, entry: NewAuditEntry): Promise<void> => {
  const row = nextRow(await readAuditHead(tx, 'FOR UPDATE'), entry)
  await insert(tx, row)
  const { seq, at, hash } = row
  await write(tx, 'UPDATE audit_head SET seq = ?, at = ?, hash = ? WHERE id = 1', [seq, at, hash])
}

const placeOf = ({ cursor }: AuditQuery, boundTo: ReturnType<typeof auditFiltersOf>): number => {
  const place = cursor === undefined ? Number.MAX_SAFE_INTEGER : decodeCursor(cursor, boundTo)
  if (Number.isSafeInteger(place)) return Number(place)
  throw new DomainError('invalid', 'cursor_invalid')
}

type Condition = readonly [sql: string, value: unknown]

/** Times never go back along the log: a moment is a place in it. */
const conditionsOf = (query: AuditQuery): readonly Condition[] => {
  const { actorId, action, objectKind, objectId, since, until } = query
  const wanted: readonly Condition[] = [
    ['actor_id = ?', actorId],
    ['action = ?', action],
    ['object_kind = ?', objectKind],
    ['object_id = ?', objectId],
    ['seq >= (SELECT MIN(seq) FROM audit_entries WHERE at >= ?)', since],
    ['seq <= (SELECT MAX(seq) FROM audit_entries WHERE at < ?)', until],
  ]
  return wanted.filter(([, value]) => value !== undefined)
}

/** The audit log of a service's own database (`auditMigrations`). */
export const auditMysql =
  (db: DataSource): AuditList =>
  async (query) => {
    const { limit } = query
    const boundTo = auditFiltersOf(query)
    const conditions: readonly Condition[] = [
      ['seq < ?', placeOf(query, boundTo)],
      ...conditionsOf(query),
    ]
    const where = conditions.map(([sql]) => sql).join(' AND ')
    const values = [...conditions.map(([, value]) => value), limit + 1]
    const rows = await selectAudit(db, `WHERE ${where} ORDER BY seq DESC LIMIT ?`, values)
    const page = rows.slice(0, limit)
    const last = rows.length > limit ? page.at(-1) : undefined
    return { items: page.map(entryOf), nextCursor: last && encodeCursor(last.seq, boundTo) }
  }

const pageSize = 500

/** All entries up to an end, oldest first, for `verifyChain`. */
export async function* auditRows(db: Connection, { seq }: AuditHead): AsyncGenerator<AuditRow> {
  let after = 0
  for (;;) {
    const range = `WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${pageSize}`
    const rows = await selectAudit(db, range, [after, seq])
    yield* rows
    if (rows.length < pageSize) return
    after = rows.at(-1)?.seq ?? after
  }
}
