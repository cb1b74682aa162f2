import { apps } from '@micromart/contracts'
import type { Breakers } from '@micromart/dapr'
import type { Clock, Log } from '@micromart/kernel'
import { Stripe } from 'stripe'
import { guardedBy } from './guarded.ts'

export type StripeSettings = {
  readonly apiKey: string
  /** `https://api.stripe.com`, or a stand-in. */
  readonly apiUrl: string
  /** Endpoint secrets that are live. */
  readonly webhookKeys: readonly string[]
  /** For a charge or refund, and for a question, in ms. */
  readonly limitMs: number
  readonly askLimitMs: number
  /** Where the shopper comes back to after an authentication. */
  readonly returnUrl: string
  /** How long a shopper has for it, in ms. */
  readonly actionMs: number
}

export type StripeDeps = {
  readonly breakers: Breakers
  readonly clock: Clock
  readonly log: Log
}

/** Repeats are ours to decide: the port asks before it does anything again. */
export const openStripe = ({ apiKey, apiUrl }: StripeSettings): Stripe => {
  const { protocol, hostname, port } = new URL(apiUrl)
  return new Stripe(apiKey, {
    protocol: protocol === 'http:' ? 'http' : 'https',
    host: hostname,
    ...(port && { port }),
    maxNetworkRetries: 0,
    telemetry: false,
  })
}

/** What Stripe said: a value, or why it refuses. */
export type Said<T> = { readonly value: T } | { readonly refusal: Stripe.errors.StripeError }

/** Whether an error is an answer. Everything else (5xx, limits, connections) is counted by the breaker. */
const isAnswer = (error: unknown): error is Stripe.errors.StripeError =>
  error instanceof Stripe.errors.StripeCardError ||
  error instanceof Stripe.errors.StripeInvalidRequestError ||
  error instanceof Stripe.errors.StripeIdempotencyError ||
  error instanceof Stripe.errors.StripeAuthenticationError ||
  error instanceof Stripe.errors.StripePermissionError

/** What no shopper can cause: our key is wrong, or may not do this. */
const isOurs = (error: Stripe.errors.StripeError): boolean =>
  error instanceof Stripe.errors.StripeAuthenticationError ||
  error instanceof Stripe.errors.StripePermissionError

const said = async <T>(request: Promise<T>, log: Log): Promise<Said<T>> => {
  try {
    return { value: await request }
  } catch (error) {
    if (!isAnswer(error)) throw error
    const { type, code, statusCode } = error
    if (isOurs(error)) log.error({ type, code, statusCode }, 'Stripe refuses our key')
    return { refusal: error }
  }
}

export type StripeCall = <T>(
  until: Date,
  request: (options: Stripe.RequestOptions) => Promise<T>,
) => Promise<Said<T> | undefined>

/** The calls of one operation: their breaker, their limit, and whether it is worth trying. */
export const stripeCalls = (
  operation: string,
  limitMs: number,
  { breakers, clock, log }: StripeDeps,
): { readonly call: StripeCall; readonly available: () => boolean } => {
  const name = `stripe ${operation}`
  const { run, available } = guardedBy(name, breakers.of(name, apps.provider))
  const call: StripeCall = (until, request) => {
    const left = Math.min(limitMs, until.getTime() - clock.now().getTime())
    return run(left, (timeout) => said(request({ timeout: Math.floor(timeout) }), log))
  }
  return { call, available }
}
