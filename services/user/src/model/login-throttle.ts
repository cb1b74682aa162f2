import { LoginThrottled } from './errors.ts'

/** Failures of one kind in a row, since the last success. */
export type Failures = { readonly count: number; readonly lastAt: Date }

/** How failures are slowed: so many are free, then the delay doubles up to a longest one. */
export type ThrottleRule = {
  readonly free: number
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** Failures older than this count no more. */
  readonly forgottenAfterMs: number
}

const minute = 60_000

/**
 * Passwords, by e-mail address, known or not. The longest delay is short, since a stranger who keeps failing keeps the owner out as
 * long: five seconds after he stops the owner is in (S72).
 */
export const passwordRule: ThrottleRule = {
  free: 5,
  firstDelayMs: 1_000,
  longestDelayMs: 4_000,
  forgottenAfterMs: 15 * minute,
}

/**
 * Codes of the second factor, by account. Only who knows the password gets this far, so no stranger keeps the owner out; 96 guesses
 * a day find one of three valid codes in a million with a chance of 0.03 %.
 */
export const codeRule: ThrottleRule = {
  free: 5,
  firstDelayMs: 1_000,
  longestDelayMs: 15 * minute,
  forgottenAfterMs: 24 * 60 * minute,
}

/** How long the next attempt has to wait after so many failures, in ms. */
export const delayAfter = (
  { free, firstDelayMs, longestDelayMs }: ThrottleRule,
  failures: number,
): number => (failures < free ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - free)))

/** Failures before this time count no more. */
export const forgottenBefore = ({ forgottenAfterMs }: ThrottleRule, now: Date): Date =>
  new Date(now.getTime() - forgottenAfterMs)

const counting = (
  rule: ThrottleRule,
  failures: Failures | undefined,
  now: Date,
): Failures | undefined =>
  failures && failures.lastAt >= forgottenBefore(rule, now) ? failures : undefined

/** The failures with one more. */
export const oneMore = (
  rule: ThrottleRule,
  failures: Failures | undefined,
  now: Date,
): Failures => ({ count: (counting(rule, failures, now)?.count ?? 0) + 1, lastAt: now })

/**
 * Asked before anything is compared.
 * @throws LoginThrottled while the delay of the last failure runs
 */
export const admitAttempt = (
  rule: ThrottleRule,
  failures: Failures | undefined,
  now: Date,
): void => {
  const counted = counting(rule, failures, now)
  if (!counted) return
  const waitMs = counted.lastAt.getTime() + delayAfter(rule, counted.count) - now.getTime()
  if (waitMs > 0) throw new LoginThrottled(waitMs)
}
