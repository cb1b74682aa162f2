import type { AuditHead, AuditRow } from '@micromart/kernel'
import { z } from 'zod'
import { moment, readerOf } from './stored-json.ts'

const text = z.string()

const head = z.object({ seq: z.int().positive(), at: moment, hash: text })

const row = head.extend({
  actorKind: z.enum(['user', 'machine', 'service', 'system']),
  actorId: text,
  actorRoles: text,
  action: text,
  objectKind: text,
  objectId: text,
  outcome: text,
  address: text.nullable(),
  userAgent: text.nullable(),
  requestId: text.nullable(),
  traceId: text.nullable(),
  before: text.nullable(),
  after: text.nullable(),
})

export const auditHeadFrom = readerOf<AuditHead>(head, 'audit_unreadable')
export const auditRowFrom = readerOf<AuditRow>(row, 'audit_unreadable')
