import type { Device } from './device.ts'

/** Access tokens live for so many seconds (design section 6). */
export const accessTokenSeconds = 300

const day = 24 * 60 * 60_000
const idleMs = 30 * day
const absoluteMs = 90 * day

/**
 * A login and all refresh tokens that came of it: a family. One token of a family is unused at any time;
 * using a used one ends the family (RFC 9700, 4.14).
 */
export type Session = {
  readonly id: string
  readonly accountId: string
  readonly startedAt: Date
  /** 90 days after the login, however often it is refreshed. */
  readonly endsAt: Date
  /** The OAuth client that acts for the account; undefined for the shop's own login. */
  readonly clientId: string | undefined
  readonly device: Device
}

/** A client, and what it was let do. */
type Allowed = { readonly clientName: string; readonly scopes: readonly string[] }

/** A session with when it was refreshed last, or opened, and with whom it lets act. */
export type UsedSession = Session & {
  readonly lastUsedAt: Date
  readonly allowed: Allowed | undefined
}

/** A session as it is kept until its last day, ended or not. */
export type KeptSession = UsedSession & { readonly endedAt: Date | undefined }

/** A refresh token as it is stored: by its SHA-256, in hex. */
export type RefreshToken = { readonly digest: string; readonly expiresAt: Date }

/** Who asks, and by which of his sessions; undefined for a token of none. */
export type SessionActor = { readonly id: string; readonly sessionId: string | undefined }

/** What a client gets. */
export type Tokens = {
  readonly accessToken: string
  readonly refreshToken: string
  /** Seconds until the access token ends. */
  readonly expiresIn: number
}

export const newSession = (
  of: Pick<Session, 'id' | 'accountId' | 'clientId' | 'device'>,
  now: Date,
): Session => ({ ...of, startedAt: now, endsAt: new Date(now.getTime() + absoluteMs) })

/** Sessions that were not used since this time have ended. */
export const idleSince = (now: Date): Date => new Date(now.getTime() - idleMs)

/** The end of a refresh token given out now: 30 days, within its session's. */
export const refreshExpiry = (session: Pick<Session, 'endsAt'>, now: Date): Date =>
  new Date(Math.min(now.getTime() + idleMs, session.endsAt.getTime()))

/** What an account was proven by: a change of it meanwhile opens no session. */
export type Proven = {
  readonly passwordVersion: number
  /** Whether a code was shown besides the password. */
  readonly secondFactor: boolean
}
