import {
  type Acting,
  changedFields,
  type NewAuditEntry,
  type Role,
  systemActing,
} from '@micromart/kernel'
import type { Account } from './account.ts'
import type { OAuthClient } from './oauth-client.ts'
import type { SigningKey } from './signing-key.ts'

type Roles = readonly Role[]

/** Ids and roles alone: names and addresses of people stay out of what is kept for good. */
export const rolesAudit = (by: Acting, id: string, at: Date, from: Roles, to: Roles) =>
  ({
    by,
    at,
    action: 'user.roles',
    objectId: id,
    before: { roles: from },
    after: { roles: to },
  }) as const satisfies NewAuditEntry

/** Where somebody was who leaves is not kept either. */
export const erasureAudit = (
  { actor, requestId, traceId }: Acting,
  { id, roles }: Account,
  at: Date,
): NewAuditEntry => {
  const by = { actor, requestId, traceId }
  return { by, at, action: 'user.erase', objectId: id, before: { roles }, after: {} }
}

/** An account that the shop's starter made, with rights that nobody registers with. */
export const seedAudit = ({ id, roles, createdAt }: Account): NewAuditEntry => ({
  by: systemActing('seed'),
  at: createdAt,
  action: 'user.create',
  objectId: id,
  after: { roles },
})

/** The shop rotates its keys by itself. */
const rotation = systemActing('rotation')
/** Somebody at the host, by the command for keys. */
export const keysCommand = systemActing('keys-command')

export const keyAudit = (
  action: 'key.create' | 'key.promote' | 'key.forget' | 'key.rotate' | 'key.revoke',
  kid: string,
  at: Date,
  changed: { readonly from?: SigningKey['slot']; readonly to?: SigningKey['slot'] },
  by: Acting = rotation,
): NewAuditEntry => ({
  by,
  at,
  action,
  objectId: kid,
  ...(changed.from && { before: { slot: changed.from } }),
  ...(changed.to && { after: { slot: changed.to } }),
})

const registration = (client: OAuthClient | undefined) => {
  if (!client) return {}
  const { id: _, version: _version, createdAt: _from, updatedAt: _to, ...metadata } = client
  return metadata
}

/** What is registered of a client, keys among it, which are public; secrets are not. */
export const clientAudit = (
  action: 'client.add' | 'client.change' | 'client.remove',
  by: Acting,
  at: Date,
  {
    id,
    before,
    after,
  }: { readonly id: string; readonly before?: OAuthClient; readonly after?: OAuthClient },
): NewAuditEntry => ({
  by,
  at,
  action,
  objectId: id,
  ...changedFields(registration(before), registration(after)),
})

export const clientSecretAudit = (
  by: Acting,
  at: Date,
  { id, keepUntil }: { readonly id: string; readonly keepUntil: Date },
): NewAuditEntry => ({
  by,
  at,
  action: 'client.rotate_secret',
  objectId: id,
  after: { formerSecretServesUntil: keepUntil.toISOString() },
})
