import { AuditServiceService, type ListAuditRequest } from '@micromart/contracts/ops'
import { testClient } from './test-client.ts'

/** What a test looks at of an entry: fields as objects, and who did it in one line. */
export type AuditLine = {
  readonly who: string
  readonly action: string
  readonly object: string
  readonly outcome: string
  readonly before: unknown
  readonly after: unknown
}

const fieldsOf = (text: string): unknown => (text === '' ? undefined : JSON.parse(text))

/**
 * A service's audit log, newest first, at most a hundred entries.
 * @param token of somebody with the scope `ops`
 */
export const readAudit = async (
  port: number,
  token: string,
  filters: Partial<ListAuditRequest> = {},
): Promise<readonly AuditLine[]> => {
  await using client = await testClient(AuditServiceService, port)
  const everything = { limit: 100, since: undefined, until: undefined }
  const { items } = await client.as({ token }).listAudit({ ...everything, ...filters })
  return items.map((entry) => ({
    who: [entry.actorKind, entry.actorId, ...entry.actorRoles].join(' '),
    action: entry.action,
    object: `${entry.objectKind} ${entry.objectId}`,
    outcome: entry.outcome,
    before: fieldsOf(entry.before),
    after: fieldsOf(entry.after),
  }))
}
