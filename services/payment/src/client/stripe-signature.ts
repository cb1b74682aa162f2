import { Stripe } from 'stripe'
import { NoticeInvalid, SignatureInvalid } from '../model/errors.ts'
import type { RawNotice } from '../model/provider.ts'

const toleranceSeconds = 300

/** Stripe's library refuses what is too old, not what is of later. */
const isOfLater = (header: string, now: Date): boolean => {
  const at = Number(/(?:^|,)t=(\d{1,12})/.exec(header)?.[1] ?? 0)
  return at - now.getTime() / 1000 > toleranceSeconds
}

type Verdict = { readonly event: unknown } | { readonly reason: string }

const verify = (stripe: Stripe, raw: RawNotice, secret: string, now: Date): Verdict => {
  const header = raw.headers.get('stripe-signature') ?? ''
  const body = Buffer.from(raw.body)
  try {
    const event = stripe.webhooks.constructEvent(
      body,
      header,
      secret,
      toleranceSeconds,
      undefined,
      now.getTime(),
    )
    return isOfLater(header, now) ? { reason: 'outside_tolerance' } : { event }
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeSignatureVerificationError)) {
      throw new NoticeInvalid() // signed, and no JSON
    }
    return { reason: /tolerance/.test(error.message) ? 'outside_tolerance' : 'mismatch' }
  }
}

/**
 * The event of a notice that Stripe signed with one of our endpoint secrets, at most five minutes ago.
 * @throws SignatureInvalid, NoticeInvalid
 */
export const verifiedEvent = (
  stripe: Stripe,
  raw: RawNotice,
  secrets: readonly string[],
  now: Date,
): unknown => {
  if (!raw.headers.has('stripe-signature')) throw new SignatureInvalid('missing')
  const verdicts = secrets.map((secret) => verify(stripe, raw, secret, now))
  const good = verdicts.find((verdict) => 'event' in verdict)
  if (good !== undefined) return good.event
  const isLate = verdicts.some((verdict) => 'reason' in verdict && verdict.reason !== 'mismatch')
  throw new SignatureInvalid(isLate ? 'outside_tolerance' : 'mismatch')
}
