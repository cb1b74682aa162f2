/** What the shop writes to the owner of an account. */
export const mailKinds = [
  'verify_email',
  'reset_password',
  'password_changed',
  'second_factor_on',
  'second_factor_off',
] as const

export type MailKind = (typeof mailKinds)[number]

/** A mail to be sent once the transaction that it tells of has committed. Its text is made when it is sent. */
export type NewMail = {
  /** UUID; its Message-ID, and the same however often it is sent. */
  readonly id: string
  /**
   * Undefined for nobody: a reset for an address without an account is queued, so that it costs the same, and dropped.
   */
  readonly accountId: string | undefined
  readonly kind: MailKind
  readonly at: Date
}

/** A mail whose turn it is. */
export type DueMail = Omit<NewMail, 'at'> & {
  readonly createdAt: Date
  /** 1 for the first. */
  readonly attempt: number
}

/** A mail as it is kept: while it waits, and for a day after. */
export type KeptMail = {
  readonly kind: MailKind
  readonly createdAt: Date
  readonly endedAt: Date | undefined
  readonly outcome: MailOutcome | undefined
}

/** A letter as it goes out. */
export type Letter = {
  readonly id: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

/**
 * How a mail ended: `dropped` is one that nobody needs any more, `refused` one that its recipient's server will never take,
 * `given_up` one that could not be sent in time.
 */
export type MailOutcome = 'sent' | 'dropped' | 'refused' | 'given_up'

const second = 1_000
const minute = 60 * second
const mostAttempts = 10
const firstPauseMs = 5 * second
const longestPauseMs = 10 * minute

/** When to try again after a failed attempt: after 5 s, doubling to 10 minutes; undefined after the tenth, half an hour later. */
export const nextAttempt = (attempt: number, now: Date): Date | undefined =>
  attempt >= mostAttempts
    ? undefined
    : new Date(now.getTime() + Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)))

/** The recipient's server has said that it will never take a letter. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused'
}
