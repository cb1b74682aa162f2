import { idColumn, timeColumn } from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { KeySlot } from '../model/signing-key.ts'

export type AccountRow = {
  id: string
  /** All of these are empty once the account is erased. */
  email: string | null
  emailKey: string | null
  name: string
  passwordHash: string
  passwordVersion: number
  createdAt: Date
  erasedAt: Date | null
  emailVerifiedAt: Date | null
  secondFactorSince: Date | null
  /** Comma separated, read in the same query; NULL for none. */
  readonly roles: string | null
}

export const accountRows = new EntitySchema<AccountRow>({
  name: 'account',
  columns: {
    id: { ...idColumn, primary: true },
    email: { type: 'varchar', length: 254, nullable: true },
    emailKey: { name: 'email_key', type: 'varchar', length: 254, nullable: true },
    name: { type: 'varchar', length: 200 },
    passwordHash: { name: 'password_hash', type: 'varchar', length: 255 },
    passwordVersion: { name: 'password_version', type: 'int' },
    createdAt: { name: 'created_at', ...timeColumn },
    erasedAt: { name: 'erased_at', ...timeColumn, nullable: true },
    emailVerifiedAt: { name: 'email_verified_at', ...timeColumn, nullable: true },
    secondFactorSince: { name: 'second_factor_since', ...timeColumn, nullable: true },
    roles: {
      type: 'varchar',
      virtualProperty: true,
      query: (account) =>
        `SELECT GROUP_CONCAT(role) FROM account_role WHERE account_id = ${account}.id`,
    },
  },
})

export type RoleRow = { accountId: string; role: string }

export const roleRows = new EntitySchema<RoleRow>({
  name: 'account_role',
  columns: {
    accountId: { name: 'account_id', ...idColumn, primary: true },
    role: { type: 'varchar', length: 20, primary: true },
  },
})

export type SessionRow = {
  id: string
  accountId: string
  startedAt: Date
  endsAt: Date
  revokedAt: Date | null
  /** NULL for the shop's own login. */
  clientId: string | null
  userAgent: string | null
  address: string | null
  /** NULL for one that was opened before this was kept. */
  lastUsedAt: Date | null
}

export const sessionRows = new EntitySchema<SessionRow>({
  name: 'session',
  columns: {
    id: { ...idColumn, primary: true },
    accountId: { name: 'account_id', ...idColumn },
    startedAt: { name: 'started_at', ...timeColumn },
    endsAt: { name: 'ends_at', ...timeColumn },
    revokedAt: { name: 'revoked_at', ...timeColumn, nullable: true },
    clientId: { name: 'client_id', type: 'varchar', length: 100, nullable: true },
    userAgent: { name: 'user_agent', type: 'varchar', length: 200, nullable: true },
    address: { type: 'varchar', length: 50, nullable: true },
    lastUsedAt: { name: 'last_used_at', ...timeColumn, nullable: true },
  },
})

export type RefreshTokenRow = {
  /** SHA-256, hex. */
  digest: string
  sessionId: string
  expiresAt: Date
  usedAt: Date | null
}

export const refreshTokenRows = new EntitySchema<RefreshTokenRow>({
  name: 'refresh_token',
  columns: {
    digest: { type: 'char', length: 64, primary: true },
    sessionId: { name: 'session_id', ...idColumn },
    expiresAt: { name: 'expires_at', ...timeColumn },
    usedAt: { name: 'used_at', ...timeColumn, nullable: true },
  },
})

export type AddressRow = {
  id: string
  accountId: string
  name: string
  line1: string
  line2: string | null
  city: string
  region: string | null
  postalCode: string
  country: string
  phone: string | null
  createdAt: Date
}

export const addressRows = new EntitySchema<AddressRow>({
  name: 'address',
  columns: {
    id: { ...idColumn, primary: true },
    accountId: { name: 'account_id', ...idColumn },
    name: { type: 'varchar', length: 200 },
    line1: { type: 'varchar', length: 200 },
    line2: { type: 'varchar', length: 200, nullable: true },
    city: { type: 'varchar', length: 100 },
    region: { type: 'varchar', length: 100, nullable: true },
    postalCode: { name: 'postal_code', type: 'varchar', length: 20 },
    country: { type: 'char', length: 2 },
    phone: { type: 'varchar', length: 40, nullable: true },
    createdAt: { name: 'created_at', ...timeColumn },
  },
})

export type LoginFailureRow = { digest: string; count: number; lastAt: Date }

export const loginFailureRows = new EntitySchema<LoginFailureRow>({
  name: 'login_failure',
  columns: {
    digest: { type: 'char', length: 64, primary: true },
    count: { name: 'failures', type: 'int' },
    lastAt: { name: 'last_at', ...timeColumn },
  },
})

export type TotpRow = {
  accountId: string
  sealedSecret: string
  startedAt: Date
  confirmedAt: Date | null
  /** The 30 s step of the last code taken: below 2^31 until the year 4011. */
  lastStep: number | null
  failures: number
  failedAt: Date | null
}

export const totpRows = new EntitySchema<TotpRow>({
  name: 'totp',
  columns: {
    accountId: { name: 'account_id', ...idColumn, primary: true },
    sealedSecret: { name: 'sealed_secret', type: 'varchar', length: 255 },
    startedAt: { name: 'started_at', ...timeColumn },
    confirmedAt: { name: 'confirmed_at', ...timeColumn, nullable: true },
    lastStep: { name: 'last_step', type: 'int', nullable: true },
    failures: { type: 'int' },
    failedAt: { name: 'failed_at', ...timeColumn, nullable: true },
  },
})

export type RecoveryCodeRow = { accountId: string; digest: string }

export const recoveryCodeRows = new EntitySchema<RecoveryCodeRow>({
  name: 'recovery_code',
  columns: {
    accountId: { name: 'account_id', ...idColumn, primary: true },
    digest: { type: 'char', length: 64, primary: true },
  },
})

export type SigningKeyRow = {
  kid: string
  /** NULL for retired keys: the unique key on it allows one `active` and one `next`, and any number of NULLs. */
  slot: Exclude<KeySlot, 'retired'> | null
  x: string
  y: string
  sealedPrivate: string
  createdAt: Date
  activeSince: Date | null
  retiredAt: Date | null
  rotationAskedAt: Date | null
}

export const signingKeyRows = new EntitySchema<SigningKeyRow>({
  name: 'signing_key',
  columns: {
    kid: { type: 'char', length: 43, primary: true },
    slot: { type: 'varchar', length: 8, nullable: true },
    x: { type: 'varchar', length: 64 },
    y: { type: 'varchar', length: 64 },
    sealedPrivate: { name: 'sealed_private', type: 'varchar', length: 1000 },
    createdAt: { name: 'created_at', ...timeColumn },
    activeSince: { name: 'active_since', ...timeColumn, nullable: true },
    retiredAt: { name: 'retired_at', ...timeColumn, nullable: true },
    rotationAskedAt: { name: 'rotation_asked_at', ...timeColumn, nullable: true },
  },
})

/** All tables of this service but the outbox, which belongs to pkg/store. */
export const userRows = [
  accountRows,
  roleRows,
  sessionRows,
  refreshTokenRows,
  addressRows,
  loginFailureRows,
  signingKeyRows,
  totpRows,
  recoveryCodeRows,
]
