import type { AuditEntry } from '@micromart/contracts/ops'
import { count, timeAnswer } from './money.ts'

const orNull = (text: string): string | null => (text === '' ? null : text)

const fieldsAnswer = (text: string): unknown => (text === '' ? null : JSON.parse(text))

/** An entry of the audit log as operators read it. */
export const auditAnswer = (entry: AuditEntry) => ({
  id: `${entry.service}:${entry.seq}`,
  at: timeAnswer(entry.at),
  service: entry.service,
  actor: { kind: entry.actorKind, id: entry.actorId, roles: entry.actorRoles },
  action: entry.action,
  object: { kind: entry.objectKind, id: entry.objectId },
  outcome: entry.outcome,
  before: fieldsAnswer(entry.before),
  after: fieldsAnswer(entry.after),
  address: orNull(entry.address),
  userAgent: orNull(entry.userAgent),
  requestId: orNull(entry.requestId),
  traceId: orNull(entry.traceId),
  seq: count(entry.seq),
  hash: entry.hash,
})
