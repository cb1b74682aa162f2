import { idColumn, jsonColumn, timeColumn } from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { ClientMetadata } from '../model/oauth-client.ts'

export type ClientRow = {
  id: string
  version: number
  name: string
  /** All but the name, as JSON. */
  metadata: Omit<ClientMetadata, 'name'>
  /** SHA-256, hex; NULL for a client without a secret. */
  secretDigest: string | null
  oldSecretDigest: string | null
  oldSecretUntil: Date | null
  createdAt: Date
  updatedAt: Date
}

const digest = { type: 'char', length: 64 } as const

export const clientRows = new EntitySchema<ClientRow>({
  name: 'oauth_client',
  columns: {
    id: { type: 'varchar', length: 64, primary: true },
    version: { type: 'int' },
    name: { type: 'varchar', length: 100 },
    metadata: { type: 'longtext', transformer: jsonColumn },
    secretDigest: { name: 'secret_digest', ...digest, nullable: true },
    oldSecretDigest: { name: 'old_secret_digest', ...digest, nullable: true },
    oldSecretUntil: { name: 'old_secret_until', ...timeColumn, nullable: true },
    createdAt: { name: 'created_at', ...timeColumn },
    updatedAt: { name: 'updated_at', ...timeColumn },
  },
})

export type GrantRow = {
  sessionId: string
  /** Scopes, separated by blanks. */
  granted: string
  declined: string
}

export const grantRows = new EntitySchema<GrantRow>({
  name: 'oauth_grant',
  columns: {
    sessionId: { name: 'session_id', ...idColumn, primary: true },
    granted: { type: 'varchar', length: 1000 },
    declined: { type: 'varchar', length: 1000 },
  },
})

export type StateRow = {
  kind: string
  digest: string
  uid: string | null
  accountId: string | null
  sessionId: string | null
  content: string
  expiresAt: Date
  consumedAt: Date | null
}

export const stateRows = new EntitySchema<StateRow>({
  name: 'oauth_state',
  columns: {
    kind: { type: 'varchar', length: 20, primary: true },
    digest: { ...digest, primary: true },
    uid: { ...digest, nullable: true },
    accountId: { name: 'account_id', ...idColumn, nullable: true },
    sessionId: { name: 'session_id', ...idColumn, nullable: true },
    content: { type: 'text' },
    expiresAt: { name: 'expires_at', ...timeColumn },
    consumedAt: { name: 'consumed_at', ...timeColumn, nullable: true },
  },
})

export const oauthRows = [clientRows, grantRows, stateRows]
