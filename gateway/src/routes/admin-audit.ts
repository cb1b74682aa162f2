import type { z } from 'zod'
import { auditAnswer } from '../answers/audit-entry.ts'
import { type AuditFilters, listAudit } from '../client/audit.ts'
import { json, needs, route } from '../http/route.ts'
import { auditList, auditQuery } from '../shapes/ops.ts'

const filtersOf = (query: z.output<typeof auditQuery>): AuditFilters => {
  const { actor: actorId, action, object = '', since, until } = query
  const split = object.indexOf(':')
  const objectKind = split < 0 ? object : object.slice(0, split)
  return {
    actorId,
    action,
    ...(objectKind !== '' && { objectKind }),
    ...(split > 0 && { objectId: object.slice(split + 1) }),
    since: since === undefined ? undefined : new Date(since),
    until: until === undefined ? undefined : new Date(until),
  }
}

export const adminAuditRoutes = [
  route({
    method: 'get',
    path: '/v1/admin/audit',
    summary: 'What staff, clients and the shop itself have done in all services, newest first',
    tag: 'Admin: operation',
    auth: needs('ops'),
    budget: 'reads',
    query: auditQuery,
    responses: { 200: { description: 'A page of entries', shape: auditList } },
    handler: async ({ query }, { audit }) => {
      const page = await listAudit(audit, filtersOf(query), query)
      const { items, nextCursor = null, unavailable } = page
      return json(200, { items: items.map(auditAnswer), nextCursor, unavailable })
    },
  }),
]
