import { LoginThrottled } from './errors.ts'

/** Failed logins of one e-mail address, known or not, since the last good one. */
export type Failures = { readonly count: number; readonly lastAt: Date }

const free = 5 // typing errors cost nothing
const firstDelayMs = 1_000
// Short, since a stranger who keeps failing keeps the owner out as long: five seconds after he stops the owner is in (S72).
const longestDelayMs = 4_000
const forgottenAfterMs = 15 * 60_000

/** How long the next attempt has to wait after so many failures, in ms. */
export const delayAfter = (failures: number): number =>
  failures < free ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - free))

/** Failures before this time count no more. */
export const forgottenBefore = (now: Date): Date => new Date(now.getTime() - forgottenAfterMs)

/**
 * Asked before anything is hashed.
 * @throws LoginThrottled while the delay of the last failure runs
 */
export const admitAttempt = (failures: Failures | undefined, now: Date): void => {
  if (!failures || failures.lastAt < forgottenBefore(now)) return
  const waitMs = failures.lastAt.getTime() + delayAfter(failures.count) - now.getTime()
  if (waitMs > 0) throw new LoginThrottled(waitMs)
}
