import { hash } from 'node:crypto'
import type { Actor, AuditEntry, AuditFields, NewAuditEntry } from './audit.ts'

/** An entry as a store holds it: JSON is text, so that a hash over it is one over what is there. */
export type AuditRow = {
  readonly seq: number
  readonly at: Date
  readonly actorKind: Actor['kind']
  readonly actorId: string
  /** Comma-separated. */
  readonly actorRoles: string
  readonly action: string
  readonly objectKind: string
  readonly objectId: string
  readonly outcome: string
  readonly address: string | null
  readonly userAgent: string | null
  readonly requestId: string | null
  readonly traceId: string | null
  readonly before: string | null
  readonly after: string | null
  readonly hash: string
}

/** Where a chain ends. */
export type AuditHead = Pick<AuditRow, 'seq' | 'at' | 'hash'>

/** Of a chain without an entry. */
export const noEntries: AuditHead = { seq: 0, at: new Date(0), hash: '0'.repeat(64) }

const hashOf = (previous: string, row: Omit<AuditRow, 'hash'>): string => {
  const { seq, at, actorKind, actorId, actorRoles, action, objectKind, objectId, outcome } = row
  const what = [seq, at, actorKind, actorId, actorRoles, action, objectKind, objectId, outcome]
  const { address, userAgent, requestId, traceId, before, after } = row
  const whence = [address, userAgent, requestId, traceId, before, after]
  return hash('sha256', JSON.stringify([previous, ...what, ...whence]), 'hex')
}

/** A page of a hundred entries fits into a message of 4 MiB. */
const longestFields = 8_000

const textOf = (fields: AuditFields | undefined): string | null => {
  if (fields === undefined || Object.keys(fields).length === 0) return null
  const text = JSON.stringify(fields)
  if (text.length <= longestFields) return text
  return JSON.stringify({ tooLong: true, fields: Object.keys(fields).slice(0, 100) })
}

/** Half a character would not come back from the store as it went in. */
const cut = (id: string): string => id.slice(0, 255).toWellFormed()

/** The entry that follows the end of a chain. */
export const nextRow = (head: AuditHead, entry: NewAuditEntry): AuditRow => {
  const { by, action, objectId, outcome = 'done' } = entry
  const [objectKind = ''] = action.split('.')
  const row = {
    seq: head.seq + 1,
    at: head.at > entry.at ? head.at : entry.at,
    actorKind: by.actor.kind,
    actorId: cut(by.actor.id),
    actorRoles: by.actor.roles.join(',').slice(0, 255),
    action,
    objectKind,
    objectId: cut(objectId),
    outcome: outcome.slice(0, 100),
    address: by.address ?? null,
    userAgent: by.userAgent ?? null,
    requestId: by.requestId ?? null,
    traceId: by.traceId ?? null,
    before: textOf(entry.before),
    after: textOf(entry.after),
  }
  return { ...row, hash: hashOf(head.hash, row) }
}

const fieldsOf = (text: string | null): AuditFields | undefined =>
  text === null ? undefined : (JSON.parse(text) as AuditFields)

export const entryOf = (row: AuditRow): AuditEntry => ({
  actor: {
    kind: row.actorKind,
    id: row.actorId,
    roles: row.actorRoles === '' ? [] : row.actorRoles.split(','),
  },
  address: row.address ?? undefined,
  userAgent: row.userAgent ?? undefined,
  requestId: row.requestId ?? undefined,
  traceId: row.traceId ?? undefined,
  seq: row.seq,
  at: row.at,
  action: row.action,
  object: { kind: row.objectKind, id: row.objectId },
  outcome: row.outcome,
  before: fieldsOf(row.before),
  after: fieldsOf(row.after),
  hash: row.hash,
})

/** What is wrong with a chain: entries that are gone, changed or forged, or an end that is not where it should be. */
export type ChainFault = { readonly seq: number; readonly fault: 'missing' | 'altered' | 'cut' }

/** Whether a row is what was written after the row before it. */
const faultsAt = (previous: AuditHead, row: AuditRow): readonly ChainFault[] => {
  if (row.seq !== previous.seq + 1) return [{ seq: previous.seq + 1, fault: 'missing' }]
  return hashOf(previous.hash, row) === row.hash ? [] : [{ seq: row.seq, fault: 'altered' }]
}

export type ChainReport = { readonly checked: number; readonly faults: readonly ChainFault[] }

/**
 * Follows a chain from its first entry to its end.
 * @param rows in the order of `seq`, to that of the head
 * @param head the end as it was noted at the last write
 * @param known an end that was seen earlier: it must still lie on the chain, or all of it was written anew
 */
export const verifyChain = async (
  rows: AsyncIterable<AuditRow>,
  head: AuditHead,
  known: Pick<AuditHead, 'seq' | 'hash'> = noEntries,
): Promise<ChainReport> => {
  const faults: ChainFault[] = []
  let last = noEntries
  let checked = 0
  for await (const row of rows) {
    faults.push(...faultsAt(last, row))
    if (row.seq === known.seq && row.hash !== known.hash) {
      faults.push({ seq: row.seq, fault: 'altered' })
    }
    last = row
    checked += 1
  }
  if (last.seq < Math.max(head.seq, known.seq)) faults.push({ seq: last.seq + 1, fault: 'cut' })
  else if (last.hash !== head.hash) faults.push({ seq: head.seq, fault: 'altered' })
  return { checked, faults }
}
