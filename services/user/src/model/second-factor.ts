import type { Failures } from './login-throttle.ts'
import type { Session } from './session.ts'

/** A second factor as it is stored: a secret for time-based codes (RFC 6238). */
export type SecondFactor = {
  /** Sealed with the key-encryption key. */
  readonly sealedSecret: string
  /** When its owner has shown a first code; until then a login asks for none. */
  readonly confirmedAt: Date | undefined
  /** The time step of the last code that was taken; no code of it, or from before, is taken again. */
  readonly lastStep: number | undefined
  readonly failures: Failures | undefined
}

/** What its owner is told of it. */
export type SecondFactorStatus = {
  readonly startedAt: Date
  readonly confirmedAt: Date | undefined
  /** How many are left. */
  readonly recoveryCodes: number
}

/** What somebody typed: a code of the moment, or one of the recovery codes, as it is compared. */
export type TypedCode =
  | { readonly kind: 'totp'; readonly code: string }
  | { readonly kind: 'recovery'; readonly code: string }

const sixDigits = /^\d{6}$/

/** Blanks, hyphens and case are for people, and don't count. */
export const typedCode = (text: string): TypedCode => {
  const code = text.replaceAll(/[\s-]/g, '').toUpperCase()
  return { kind: sixDigits.test(code) ? 'totp' : 'recovery', code }
}

/** What proves the second factor: a step that was not used yet, or a recovery code, if it is there. */
type Proof = { readonly step: number } | { readonly recoveryDigest: string }

/** Judges what is stored. What it throws counts as no attempt. */
export type Prove = (factor: SecondFactor) => Proof | undefined

/** A code of this step is taken once, and none before it. */
export const isFresh = ({ lastStep }: SecondFactor, step: number): boolean =>
  lastStep === undefined || step > lastStep

const recoveryCodes = 10
const groups = 6

/**
 * Ten recovery codes as people read them, `ABCD-EFGH-...`: 24 letters and digits of base32, 120 bits, so that a plain hash of them
 * is enough (ASVS 5.0, 6.5.2).
 * @param randomBase32 24 characters of it at each call
 */
export const newRecoveryCodes = (randomBase32: () => string): readonly string[] =>
  Array.from({ length: recoveryCodes }, () => {
    const text = randomBase32()
    return Array.from({ length: groups }, (_, group) => text.slice(4 * group, 4 * group + 4)).join(
      '-',
    )
  })

/** A login this young is proof enough to begin an enrolment, if it is the owner's own; otherwise the password is. */
const freshLoginMs = 10 * 60_000

export const isFreshLogin = (
  { startedAt, clientId }: Pick<Session, 'startedAt' | 'clientId'>,
  now: Date,
): boolean => clientId === undefined && now.getTime() - startedAt.getTime() <= freshLoginMs
