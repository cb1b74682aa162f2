import type { JsonValue } from './cursor.ts'
import type { Page } from './page.ts'

/** What is written down for good. The part before the dot is the kind of object that it is done to. */
export const auditActions = [
  'product.create',
  'product.update',
  'product.archive',
  'catalogue.import',
  'category.create',
  'stock.adjust',
  'order.refund',
  'order.ship',
  'order.deliver',
  'payment.refund',
  'user.create',
  'user.roles',
  'user.erase',
  'client.add',
  'client.change',
  'client.remove',
  'client.rotate_secret',
  'key.create',
  'key.promote',
  'key.forget',
  'key.rotate',
  'key.revoke',
  'dead_letter.replay',
  'dead_letter.discard',
] as const

export type AuditAction = (typeof auditActions)[number]

export const isAuditAction = (text: string): text is AuditAction =>
  (auditActions as readonly string[]).includes(text)

export type Actor = {
  readonly kind: 'user' | 'machine' | 'service' | 'system'
  /** User id, client id or app id; of the system the part that acts, such as `rotation`. */
  readonly id: string
  /** As the user's token had them. */
  readonly roles: readonly string[]
}

/** Who acts, and from where. */
export type Acting = {
  readonly actor: Actor
  /** IP address as the gateway saw it. */
  readonly address?: string | undefined
  /** At most 120 characters. */
  readonly userAgent?: string | undefined
  readonly requestId?: string | undefined
  /** 32 hex digits, W3C trace context. */
  readonly traceId?: string | undefined
}

/** What the shop does by itself. */
export const systemActing = (part: string): Acting => ({
  actor: { kind: 'system', id: part, roles: [] },
})

export type AuditFields = Readonly<Record<string, JsonValue>>

/** Something done, as the one who did it tells it. Ids instead of names and addresses of people, and no secrets. */
export type NewAuditEntry = {
  readonly by: Acting
  readonly at: Date
  readonly action: AuditAction
  /** Which one of its kind, at most 255 characters. */
  readonly objectId: string
  /** The fields that changed, see `changedFields`. */
  readonly before?: AuditFields | undefined
  readonly after?: AuditFields | undefined
  /** `done` if not said; otherwise the code of what became of it. */
  readonly outcome?: string | undefined
}

/** An entry as it is kept. */
export type AuditEntry = Acting & {
  /** 1, 2, 3, ... without a gap, in each database. */
  readonly seq: number
  /** Never before that of the entry before. */
  readonly at: Date
  readonly action: string
  readonly object: { readonly kind: string; readonly id: string }
  readonly outcome: string
  readonly before: AuditFields | undefined
  readonly after: AuditFields | undefined
  /** SHA-256 in hex over the hash before it and all of this. */
  readonly hash: string
}

export type AuditQuery = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly actorId?: string | undefined
  readonly action?: string | undefined
  readonly objectKind?: string | undefined
  readonly objectId?: string | undefined
  /** From this moment on. */
  readonly since?: Date | undefined
  /** Before this moment. */
  readonly until?: Date | undefined
}

/** Newest first. @throws DomainError invalid `cursor_invalid` */
export type AuditList = (query: AuditQuery) => Promise<Page<AuditEntry>>

/** What a cursor of an audit list belongs to: its filters. */
export const auditFiltersOf = ({ since, until, ...query }: AuditQuery): JsonValue => {
  const { actorId = null, action = null, objectKind = null, objectId = null } = query
  const [from = null, to = null] = [since?.toISOString(), until?.toISOString()]
  return [actorId, action, objectKind, objectId, from, to]
}

const longest = 300

const shortened = (value: JsonValue): JsonValue =>
  typeof value === 'string' && value.length > longest
    ? `${value.slice(0, longest)}... (${value.length} characters)`
    : value

type Known = Readonly<Record<string, JsonValue | undefined>>

const differing = (known: Known, other: Known): AuditFields =>
  Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) => {
      const isSame = JSON.stringify(value) === JSON.stringify(other[name])
      return value === undefined || isSame ? [] : [[name, shortened(value)]]
    }),
  )

/** Of two states the fields that differ, each side with its own; long texts are cut. */
export const changedFields = (
  before: Known,
  after: Known,
): { readonly before: AuditFields; readonly after: AuditFields } => ({
  before: differing(before, after),
  after: differing(after, before),
})
