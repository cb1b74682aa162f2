import type { Acting, Clock, Ids, Log, NewAuditEntry, Page } from '@micromart/kernel'
import type { Account, Credentials } from './account.ts'
import type { Address, SavedAddress } from './address.ts'
import type { Device } from './device.ts'
import type { Custodian, Erasures, Receipts } from './erasure-ports.ts'
import type { Failures } from './login-throttle.ts'
import type { NewMail } from './mail.ts'
import type { AccountTokens, LinkTokens, Mailer, Mails } from './mail-ports.ts'
import type { OAuthPorts } from './oauth-ports.ts'
import type { Actor } from './role-change.ts'
import type { Prove, SecondFactorStatus } from './second-factor.ts'
import type { KeptSession, Proven, RefreshToken, Session, UsedSession } from './session.ts'
import type { SigningKey } from './signing-key.ts'

/** Accounts that are not erased. */
export type Accounts = {
  readonly byId: (id: string) => Promise<Account | undefined>
  readonly credentials: (
    by: { emailKey: string } | { id: string },
  ) => Promise<Credentials | undefined>
  /** @returns the id of the account with this address */
  readonly idOf: (emailKey: string) => Promise<string | undefined>
  /** With user.registered.v1. @throws EmailTaken */
  readonly add: (account: Account, passwordHash: string, told: Told) => Promise<void>
  readonly markDemo: (emailKey: string, isDemo: boolean) => Promise<void>
  readonly hasDemo: () => Promise<boolean>
  readonly rename: (id: string, name: string) => Promise<void>
  /** The same password under newer parameters; does nothing when the hash has changed meanwhile. */
  readonly rehash: (id: string, from: string, to: string) => Promise<void>
  /**
   * Ends all sessions but `keep`.
   * @returns false when the password has changed since `version` was read
   */
  readonly changePassword: (change: PasswordChange) => Promise<boolean>
  /**
   * Uses up a token of its owner's mailbox, which verifies the address, and ends all sessions.
   * @returns the account; undefined when the token is not valid
   */
  readonly resetPassword: (reset: PasswordReset) => Promise<Account | undefined>
  /** Newest first. @param cursor where the page before ended */
  readonly page: (of: AccountQuery) => Promise<Page<Account>>
  /** Removing a role ends the account's sessions. @throws UserNotFound, RolesChanged, LastAdmin, RoleAboveOwn */
  readonly setRoles: (change: RoleChange) => Promise<Account>
  /**
   * Overwrites what is personal, ends the sessions, begins the erasure elsewhere; with user.erased.v1.
   * @throws AccountGone, LastAdmin
   */
  readonly erase: (id: string, erasureId: string, at: Date, by: Acting) => Promise<void>
}

/** What a new account brings with it, in its transaction. */
type Told = {
  readonly mail?: NewMail
  /** For the audit log, where somebody gave it rights. */
  readonly entry?: NewAuditEntry | undefined
}

type PasswordChange = {
  readonly id: string
  readonly version: number
  readonly passwordHash: string
  /** The digest of the caller's own refresh token. */
  readonly keep: string | undefined
  readonly at: Date
  readonly mail: NewMail | undefined
}

type PasswordReset = {
  readonly tokenDigest: string
  readonly passwordHash: string
  readonly at: Date
  readonly mailId: string
}

export type AccountQuery = {
  readonly limit: number
  readonly cursor: string | undefined
  readonly emailKey: string | undefined
}

type RoleChange = {
  readonly actor: Actor
  readonly by: Acting
  readonly id: string
  readonly roles: Account['roles']
  /** What they are, by the caller's word. */
  readonly expected: readonly string[]
  readonly at: Date
}

/** What became of a refresh token: `reused` has ended its session. */
export type Rotation =
  | { readonly outcome: 'rotated'; readonly account: Account; readonly sessionId: string }
  | { readonly outcome: 'reused'; readonly accountId: string }
  | { readonly outcome: 'invalid' }

/** The token that a used one is exchanged for, and who asks. */
export type NextToken = {
  readonly digest: string
  readonly at: Date
  readonly device: Device
}

export type Sessions = {
  /** @returns false when the account is gone, or asks for something else than what was proven */
  readonly open: (session: Session, first: RefreshToken, proven: Proven) => Promise<boolean>
  /** Uses up one token and gives out the next. Of parallel uses of one token at most one rotates. */
  readonly rotate: (digest: string, next: NextToken) => Promise<Rotation>
  /** All that are kept of an account, the latest first, a thousand at most. */
  readonly kept: (accountId: string) => Promise<readonly KeptSession[]>
  /** Those of an account that go on, the last used first, a hundred at most. */
  readonly living: (accountId: string, now: Date) => Promise<readonly UsedSession[]>
  /** @returns undefined when it is another's or has ended */
  readonly one: (accountId: string, id: string, now: Date) => Promise<UsedSession | undefined>
  /** @returns false when it is another's or has ended */
  readonly endOne: (accountId: string, id: string, at: Date) => Promise<boolean>
  /** Ends the session of a token, known or not. */
  readonly end: (digest: string, at: Date) => Promise<void>
  /** Deletes sessions whose last day is over. */
  readonly prune: (now: Date) => Promise<number>
}

export type Addresses = {
  readonly of: (accountId: string) => Promise<readonly SavedAddress[]>
  /** @returns undefined when absent or another's */
  readonly one: (accountId: string, id: string) => Promise<SavedAddress | undefined>
  /** @throws AddressLimit, AccountGone */
  readonly add: (accountId: string, saved: SavedAddress, at: Date) => Promise<void>
  /** @returns false when absent or another's */
  readonly replace: (accountId: string, id: string, address: Address) => Promise<boolean>
  readonly remove: (accountId: string, id: string) => Promise<boolean>
}

/** Wrong passwords. Survives restarts and is shared by replicas. @param key digest of the e-mail's key */
export type LoginFailures = {
  readonly of: (key: string) => Promise<Failures | undefined>
  readonly add: (key: string, at: Date) => Promise<void>
  readonly clear: (key: string) => Promise<void>
  readonly prune: (now: Date) => Promise<number>
}

/** Second factors by account. */
export type SecondFactors = {
  /**
   * Proves a factor, with its row locked: attempts at once come one after the other. What is not proven counts as a failure.
   * @param prove judges what is stored; what it throws counts as nothing
   * @returns false when not proven, and when the account has no factor
   */
  readonly attempt: (accountId: string, at: Date, prove: Prove) => Promise<boolean>
  readonly status: (accountId: string) => Promise<SecondFactorStatus | undefined>
  /** In place of an enrolment that was not confirmed. @returns false when there is a factor. @throws AccountGone */
  readonly begin: (accountId: string, sealedSecret: string, at: Date) => Promise<boolean>
  /**
   * Makes an enrolment count, with its recovery codes, and ends all sessions but one. @throws AccountGone
   * @returns `absent` when there is no enrolment to confirm
   */
  readonly confirm: (
    confirmation: Confirmation,
    prove: Prove,
  ) => Promise<'confirmed' | 'wrong' | 'absent'>
  /** @returns false when there is none */
  readonly remove: (accountId: string, mail: NewMail) => Promise<boolean>
  /** Deletes enrolments that were not confirmed within a day. */
  readonly prune: (now: Date) => Promise<number>
}

type Confirmation = {
  readonly accountId: string
  readonly at: Date
  readonly recoveryDigests: readonly string[]
  /** The session that showed the code. */
  readonly keepSession: string | undefined
  readonly mail: NewMail
}

/** Time-based codes (RFC 6238): six digits, 30 s, SHA-1; a step before and after the present one is taken, too. */
export type OneTimeCodes = {
  /** A new secret: sealed for us, in base32 and as an otpauth URI for its owner, once. */
  readonly newSecret: (of: { readonly accountId: string; readonly email: string }) => {
    readonly sealedSecret: string
    readonly secret: string
    readonly uri: string
  }
  /** @returns the step whose code it is; undefined for none around `at` */
  readonly stepOf: (of: {
    readonly accountId: string
    readonly sealedSecret: string
    readonly code: string
    readonly at: Date
  }) => number | undefined
  /** 24 random characters of base32: 120 bits. */
  readonly recoveryText: () => string
}

type KeyChange = { readonly active: string; readonly next: string; readonly at: Date }

/** Each change with its entry in the audit log. */
export type SigningKeys = {
  readonly all: () => Promise<readonly SigningKey[]>
  /** @returns false when another replica has filled the slot meanwhile */
  readonly add: (key: SigningKey, entry: NewAuditEntry) => Promise<boolean>
  /** active -> retired, next -> active. @returns false when another replica did it meanwhile */
  readonly promote: (change: KeyChange, entry: NewAuditEntry) => Promise<boolean>
  readonly forget: (kid: string, entry: NewAuditEntry) => Promise<void>
  /** Notes that the next key shall take over as soon as it can. */
  readonly askRotation: (active: string, at: Date, entry: NewAuditEntry) => Promise<void>
  /**
   * The next key takes over at once, and nothing is left of the active one.
   * @returns false when either is not what it was
   */
  readonly replace: (change: KeyChange, entries: readonly NewAuditEntry[]) => Promise<boolean>
}

/** Hashing is the dearest thing here, so whoever wants it waits for a turn. */
export type Passwords = {
  /** @throws LoginBusy when too many wait */
  readonly inTurn: <T>(work: (hasher: Hasher) => Promise<T>) => Promise<T>
}

export type Hasher = {
  readonly hash: (password: string) => Promise<string>
  /** @param hash undefined for an unknown account: costs the same and is never true */
  readonly matches: (password: string, hash: string | undefined) => Promise<boolean>
  /** Whether a hash was made with other parameters than today's. */
  readonly isOld: (hash: string) => boolean
}

export type AccessTokens = {
  /** @param sessionId the session that the token is of, its claim `sid` */
  readonly sign: (account: Account, sessionId: string) => Promise<string>
  /** Opens the active key. @throws Error when it was sealed with another key-encryption key */
  readonly ready: () => Promise<void>
}

export type KeyMaker = {
  readonly make: () => Promise<Pick<SigningKey, 'kid' | 'publicJwk' | 'sealedPrivate'>>
}

/** Opaque tokens. */
export type Secrets = {
  /** 32 random bytes, base64url. */
  readonly token: () => string
  /** SHA-256, hex. */
  readonly digest: (text: string) => string
}

export type Ports = OAuthPorts & {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly addresses: Addresses
  readonly failures: LoginFailures
  readonly secondFactors: SecondFactors
  readonly oneTimeCodes: OneTimeCodes
  readonly mails: Mails
  readonly mailer: Mailer
  readonly accountTokens: AccountTokens
  readonly linkTokens: LinkTokens
  readonly keys: SigningKeys
  readonly passwords: Passwords
  /** Passwords that are refused, in lower case. */
  readonly commonPasswords: ReadonlySet<string>
  readonly accessTokens: AccessTokens
  readonly keyMaker: KeyMaker
  readonly erasures: Erasures
  /** The other services that hold something of a person. */
  readonly custodians: readonly Custodian[]
  readonly receipts: Receipts
  readonly secrets: Secrets
  /** The shop's public address: where links in mails lead. */
  readonly shopUrl: string
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}
