import { accessTokenSeconds } from './session.ts'

/** `next` is published and signs nothing yet, `active` signs, `retired` is kept for the tokens it signed. */
export type KeySlot = 'next' | 'active' | 'retired'

/** Public half of an ES256 key pair as JWK (RFC 7517). */
export type PublicJwk = {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
}

export type SigningKey = {
  /** JWK thumbprint (RFC 7638). */
  readonly kid: string
  readonly slot: KeySlot
  readonly publicJwk: PublicJwk
  /** PKCS#8, sealed with the key-encryption key. */
  readonly sealedPrivate: string
  readonly createdAt: Date
  readonly activeSince: Date | undefined
  readonly retiredAt: Date | undefined
  /** When an operator asked that the next key takes over as soon as it safely can; of the active key. */
  readonly rotationAskedAt: Date | undefined
}

const minute = 60_000

/** Verifiers keep a key set for so long when they cannot ask for it. */
export const verifierCacheMs = 10 * minute
/** A replica signs with the key it read last for so long: also with one that was revoked. */
export const signerCacheMs = 5_000
const skewMs = minute

/** When keys change place. The lead and the tail cover caches and clocks that disagree by a minute. */
const keyTimes = {
  rotateAfterMs: 30 * 24 * 60 * minute,
  publishAheadMs: verifierCacheMs + 2 * skewMs,
  keepRetiredMs: accessTokenSeconds * 1000 + signerCacheMs + 2 * skewMs,
} as const

/** One thing to do with the keys. */
export type KeyStep =
  | { readonly step: 'create'; readonly slot: 'active' | 'next' }
  | { readonly step: 'promote'; readonly active: string; readonly next: string }
  | { readonly step: 'forget'; readonly kid: string }

const later = (since: Date, ms: number): Date => new Date(since.getTime() + ms)

/** When a retired key is forgotten: its last token is over by then. */
export const forgottenAt = (retiredAt: Date): Date => later(retiredAt, keyTimes.keepRetiredMs)

/** When the next key takes over: a month after the active one did, or when it is asked for, but never before every verifier has it. */
export const promotionAt = (active: SigningKey, next: SigningKey): Date => {
  const due =
    active.rotationAskedAt ?? later(active.activeSince ?? active.createdAt, keyTimes.rotateAfterMs)
  const known = later(next.createdAt, keyTimes.publishAheadMs)
  return due > known ? due : known
}

/**
 * What the keys need now; undefined when they are as they should be. Asked again after each step.
 * The first active key signs at once: no verifier can hold a set without it yet.
 */
export const nextKeyStep = (keys: readonly SigningKey[], now: Date): KeyStep | undefined => {
  const active = keys.find(({ slot }) => slot === 'active')
  if (!active) return { step: 'create', slot: 'active' }
  const next = keys.find(({ slot }) => slot === 'next')
  if (!next) return { step: 'create', slot: 'next' }
  if (promotionAt(active, next) <= now) {
    return { step: 'promote', active: active.kid, next: next.kid }
  }
  const over = keys.find(({ retiredAt }) => retiredAt && forgottenAt(retiredAt) <= now)
  return over && { step: 'forget', kid: over.kid }
}
