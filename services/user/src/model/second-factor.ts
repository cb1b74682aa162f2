import type { Failures } from './login-throttle.ts'

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

/** What proves the second factor: a step that was not used yet, or a recovery code that is there. */
export type Proof = { readonly step: number } | { readonly recoveryDigest: string }

/** A code of this step is taken once, and none before it. */
export const isFresh = ({ lastStep }: SecondFactor, step: number): boolean =>
  lastStep === undefined || step > lastStep
