import { createHmac, timingSafeEqual } from 'node:crypto'
import { NoticeInvalid, SignatureInvalid } from '../model/errors.ts'
import type { RawNotice } from '../model/provider.ts'

/** How old, or how far ahead of our clock, a signature may be. */
const toleranceSeconds = 300

type Signature = { readonly at: number; readonly digests: readonly Buffer[] }

/** `t=<unix seconds>,v1=<hex>`, perhaps several v1: one for each secret that is live at the provider. */
const parse = (header: string): Signature | undefined => {
  const parts = header.split(',', 20).map((part) => part.trim().split('=', 2))
  const at = parts.find(([name]) => name === 't')?.[1]
  const digests = parts
    .filter(([name, value]) => name === 'v1' && /^[0-9a-f]{64}$/.test(value ?? ''))
    .map(([, value]) => Buffer.from(value ?? '', 'hex'))
  if (at === undefined || !/^\d{1,12}$/.test(at) || digests.length === 0) return undefined
  return { at: Number(at), digests }
}

const digestOf = (secret: string, at: number, body: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${at}.`).update(body).digest()

/**
 * Checks that a notice was signed over its raw bytes with one of our secrets, and lately. All secrets are tried on all
 * signatures, each in constant time, before the age is looked at: a stranger learns nothing by the answer's time.
 * @throws SignatureInvalid
 */
export const requireSignature = (
  { body, headers }: RawNotice,
  secrets: readonly string[],
  now: Date,
): void => {
  const signature = parse(headers.get('provider-signature') ?? '')
  if (signature === undefined) throw new SignatureInvalid('missing')
  const { at, digests } = signature
  const matches = secrets
    .map((secret) => digestOf(secret, at, body))
    .flatMap((expected) => digests.map((given) => timingSafeEqual(expected, given)))
  if (!matches.includes(true)) throw new SignatureInvalid('mismatch')
  if (Math.abs(now.getTime() / 1000 - at) > toleranceSeconds) {
    throw new SignatureInvalid('outside_tolerance')
  }
}

/** The JSON of a notice whose signature holds. @throws NoticeInvalid */
export const jsonOf = ({ body }: RawNotice): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch {
    throw new NoticeInvalid()
  }
}
