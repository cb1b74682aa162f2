import type { MailKind } from './mail.ts'

/** What a link in a mail is good for. */
export type TokenPurpose = Extract<MailKind, 'verify_email' | 'reset_password'>

/** An account's token of one purpose: there is one at a time. */
export type AccountToken = {
  readonly createdAt: Date
  readonly expiresAt: Date
  /** How many went out, one after the other, of which none was used. */
  readonly issued: number
}

const minute = 60_000

const lifeMs: Readonly<Record<TokenPurpose, number>> = {
  verify_email: 24 * 60 * minute,
  reset_password: 30 * minute,
}

const longestSpacingMs = 15 * minute

export const purposeOf = (kind: MailKind): TokenPurpose | undefined =>
  kind === 'verify_email' || kind === 'reset_password' ? kind : undefined

const tokenExpiry = (purpose: TokenPurpose, now: Date): Date =>
  new Date(now.getTime() + lifeMs[purpose])

/** One minute after the first, doubling: less than a token lives, so who must wait has a link that serves. */
const spacingMs = (issued: number): number => Math.min(longestSpacingMs, minute * 2 ** (issued - 1))

/**
 * The next token in a row. A stranger who asks for somebody's reset again and again fills no mailbox.
 * @param last the token that was not used, if any
 * @returns undefined when that one is so young that it has to do
 */
export const nextToken = (
  purpose: TokenPurpose,
  last: AccountToken | undefined,
  now: Date,
): AccountToken | undefined => {
  const unused = last && last.expiresAt > now ? last : undefined
  const soonest = unused ? unused.createdAt.getTime() + spacingMs(unused.issued) : 0
  if (soonest > now.getTime()) return undefined
  const issued = (unused?.issued ?? 0) + 1
  return { createdAt: now, expiresAt: tokenExpiry(purpose, now), issued }
}
