import type { NewAuditEntry, Page } from '@micromart/kernel'
import type { OAuthClient } from './oauth-client.ts'
import type { OAuthGrant } from './oauth-grant.ts'
import type { Proven, RefreshToken, Session } from './session.ts'

/** A client with the SHA-256 digests of the secrets that serve at a moment: one, or two while it is rotated. */
export type RegisteredClient = {
  readonly client: OAuthClient
  readonly secretDigests: readonly string[]
}

/** Which version a changer has read; undefined for whatever it is. */
type Read = number | undefined

export type Clients = {
  readonly one: (id: string) => Promise<OAuthClient | undefined>
  readonly registered: (id: string, now: Date) => Promise<RegisteredClient | undefined>
  /** Newest first. @param cursor where the page before ended. @throws CursorInvalid */
  readonly page: (limit: number, cursor: string | undefined) => Promise<Page<OAuthClient>>
  readonly add: (
    client: OAuthClient,
    secretDigest: string | undefined,
    entry: NewAuditEntry,
  ) => Promise<void>
  /** @returns false when it has another version than `read`, or is gone */
  readonly change: (client: OAuthClient, read: Read, entry: NewAuditEntry) => Promise<boolean>
  /** Ends all sessions that it was given. @returns false as `change` */
  readonly remove: (id: string, read: Read, entry: NewAuditEntry) => Promise<boolean>
  /** @returns false as `change` */
  readonly rotateSecret: (rotation: SecretRotation) => Promise<boolean>
}

type SecretRotation = {
  readonly id: string
  readonly read: Read
  readonly digest: string
  /** How long the secret before it serves. */
  readonly keepUntil: Date
  readonly entry: NewAuditEntry
}

/** Logins on the authorization server's pages, and what clients got by them: rows of the same table as all sessions. */
export type OAuthGrants = {
  /** @returns false when the account is gone, or asks for something else than what was proven */
  readonly signIn: (session: Session, proven: Proven) => Promise<boolean>
  /** @returns false when the login that it came by has ended meanwhile */
  readonly open: (grant: OAuthGrant, signInId: string) => Promise<boolean>
  /** @returns undefined when it has ended */
  readonly one: (id: string, now: Date) => Promise<OAuthGrant | undefined>
  /** Whether a session, be it a login or a grant, has not ended. */
  readonly lives: (id: string, now: Date) => Promise<boolean>
  /** Ends a grant, or a login, known or not. */
  readonly end: (id: string, at: Date) => Promise<void>
}

/** A kind of thing that the authorization server keeps between two requests, as oidc-provider names it. */
export type StateKind = 'Session' | 'Interaction' | 'AuthorizationCode' | 'ReplayDetection'

/** What a thing is found by: the SHA-256 of its name, which is its secret. */
export type StateKey = { readonly kind: StateKind; readonly digest: string }

export type StoredState = {
  readonly digest: string
  /** Sealed. */
  readonly content: string
  readonly expiresAt: Date
  readonly consumedAt: Date | undefined
}

export type NewState = Pick<StoredState, 'content' | 'expiresAt'> & {
  /** A second name, as digest. */
  readonly uid: string | undefined
  /** Whom it concerns: it goes when he is erased. */
  readonly accountId: string | undefined
  /** The session that it is a part of: it ends when that ends. */
  readonly sessionId: string | undefined
}

export type OAuthStates = {
  readonly put: (key: StateKey, state: NewState) => Promise<void>
  /** @returns false when it was there before */
  readonly add: (key: StateKey, state: NewState) => Promise<boolean>
  readonly find: (key: StateKey, now: Date) => Promise<StoredState | undefined>
  readonly findByUid: (kind: StateKind, uid: string, now: Date) => Promise<StoredState | undefined>
  /** Of uses at once one is the first. @returns false when it was used before: its session has ended */
  readonly consume: (key: StateKey, at: Date) => Promise<boolean>
  readonly remove: (key: StateKey) => Promise<void>
  readonly prune: (now: Date) => Promise<number>
}

/** Refresh tokens of clients: in the same table, and by the same rules, as those of a login. */
export type ClientTokens = {
  readonly add: (sessionId: string, token: RefreshToken, content: string) => Promise<void>
  readonly find: (digest: string, now: Date) => Promise<StoredState | undefined>
  /** Of uses at once one is the first. @returns false when it was used before: its session has ended */
  readonly consume: (digest: string, at: Date) => Promise<boolean>
}

export type OAuthPorts = {
  readonly clients: Clients
  readonly grants: OAuthGrants
  readonly oauthStates: OAuthStates
  readonly clientTokens: ClientTokens
}
