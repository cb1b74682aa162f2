import { apps } from '@micromart/contracts'
import {
  type AuditEntry,
  AuditServiceService,
  type ListAuditRequest,
} from '@micromart/contracts/ops'
import type { RpcClient, Sidecar } from '@micromart/dapr'
import { auditFiltersOf } from '@micromart/kernel'
import { mergedPage, type MergedPage, type Source } from './merged-page.ts'

/** Every service that writes down what is done in it, each asked by itself. */
const audited = [apps.product, apps.user, apps.cart, apps.order, apps.payment]

export type AuditLogs = ReadonlyMap<string, RpcClient<typeof AuditServiceService>>

export const connectAudit = (sidecar: Sidecar): AuditLogs =>
  new Map(audited.map((app) => [app, sidecar.client(AuditServiceService, app)]))

export type AuditFilters = Omit<ListAuditRequest, 'limit' | 'cursor'>

/**
 * What was done in all services, newest first.
 * @throws DomainError unavailable when none answers; invalid `cursor_invalid`
 */
export const listAudit = (
  logs: AuditLogs,
  filters: AuditFilters,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<MergedPage<AuditEntry>> => {
  const sources = [...logs].map(([app, client]): [string, Source<AuditEntry>] => [
    app,
    (most, place) => client.listAudit({ ...filters, limit: most, cursor: place }),
  ])
  const timeOf = ({ at }: AuditEntry) => at?.getTime() ?? 0
  const boundTo = auditFiltersOf({ ...filters, limit })
  return mergedPage(Object.fromEntries(sources), { limit, cursor, boundTo, timeOf })
}
