import type { AuditEntry as AuditEntryMessage, AuditServiceServer } from '@micromart/contracts/ops'
import type { AuditEntry, AuditList } from '@micromart/kernel'
import { requireLimit } from './page-limit.ts'
import { unary } from './unary.ts'

const textOf = (fields: AuditEntry['before']): string =>
  fields === undefined ? '' : JSON.stringify(fields)

const messageOf = (service: string, entry: AuditEntry): AuditEntryMessage => ({
  seq: BigInt(entry.seq),
  at: entry.at,
  service,
  actorKind: entry.actor.kind,
  actorId: entry.actor.id,
  actorRoles: entry.actor.roles,
  action: entry.action,
  objectKind: entry.object.kind,
  objectId: entry.object.id,
  outcome: entry.outcome,
  address: entry.address ?? '',
  userAgent: entry.userAgent ?? '',
  requestId: entry.requestId ?? '',
  traceId: entry.traceId ?? '',
  before: textOf(entry.before),
  after: textOf(entry.after),
  hash: entry.hash,
})

/** Serves a service's own entries of the audit log. */
export const auditRpc = (service: string, list: AuditList): AuditServiceServer => ({
  listAudit: unary(async (query) => {
    const { items, nextCursor } = await list({ ...query, limit: requireLimit(query.limit) })
    return { items: items.map((entry) => messageOf(service, entry)), nextCursor }
  }),
})
