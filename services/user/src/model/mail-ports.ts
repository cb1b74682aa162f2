import type { AccountToken, TokenPurpose } from './account-token.ts'
import type { DueMail, KeptMail, Letter, MailOutcome, NewMail } from './mail.ts'

/** Mails that wait. What tells of a change is queued by the change itself, in its transaction. */
export type Mails = {
  readonly queue: (mail: NewMail) => Promise<void>
  /** Takes mails whose time has come; each is left to one taker for three minutes and then comes again. */
  readonly takeDue: (limit: number, now: Date) => Promise<readonly DueMail[]>
  readonly retryAt: (id: string, at: Date) => Promise<void>
  readonly end: (mail: DueMail, outcome: MailOutcome, at: Date) => Promise<void>
  readonly of: (accountId: string) => Promise<readonly KeptMail[]>
  /** Deletes mails that ended a day ago. */
  readonly prune: (now: Date) => Promise<number>
}

/** The way out. Two letters with one id are one letter. */
export type Mailer = {
  /** @throws MailRefused when it will never be taken; any other error may pass */
  readonly send: (letter: Letter) => Promise<void>
}

type Issue = {
  readonly mailId: string
  readonly accountId: string
  readonly purpose: TokenPurpose
  readonly digest: string
  readonly at: Date
}

export type KeptToken = Pick<AccountToken, 'createdAt' | 'expiresAt'> & {
  readonly purpose: TokenPurpose
}

/** Tokens in links: hashed, one per account and purpose, void once the account's e-mail or password is another. */
export type AccountTokens = {
  /**
   * Makes the token of a mail valid, once per mail, in place of the one before it.
   * @returns false when the mail has no use: the account is gone or verified, or an unused token is young enough
   */
  readonly issue: (issue: Issue) => Promise<boolean>
  /** @returns the account whose valid token it is */
  readonly find: (purpose: TokenPurpose, digest: string, at: Date) => Promise<string | undefined>
  /** Those that have not expired. */
  readonly of: (accountId: string, at: Date) => Promise<readonly KeptToken[]>
  /** Uses up a token: its account's e-mail address is verified. @returns the account's id; undefined for no valid token */
  readonly verifyEmail: (digest: string, at: Date) => Promise<string | undefined>
  readonly prune: (now: Date) => Promise<number>
}

/** The secret in a mail's link: nothing of it is stored but its digest, and a mail sent again has the same. */
export type LinkTokens = {
  /** 16 bytes, base64url, by the mail's id and a key of ours. */
  readonly of: (mailId: string) => string
}
