import { STATUS_CODES } from 'node:http'
import { DomainError, type FieldError } from '@micromart/kernel'
import { codes, type OwnCode } from './codes.ts'
import { publicParams, type PublicParams } from './params.ts'
import { statusOf } from './statuses.ts'

type Extras = {
  readonly params?: PublicParams
  readonly fields?: readonly FieldError[]
  readonly headers?: Readonly<Record<string, string>>
  readonly cause?: unknown
  readonly traceId?: string
}

/** A refusal with its status: what a client will read as problem+json (RFC 9457). */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly code: string
  readonly params: PublicParams
  readonly fields: readonly FieldError[]
  readonly headers: Readonly<Record<string, string>>
  /** Of the request whose answer is repeated here, when it is a frozen one. */
  readonly traceId: string | undefined

  constructor(status: number, code: string, extras: Extras = {}) {
    super(code, extras.cause === undefined ? undefined : { cause: extras.cause })
    this.status = status
    this.code = code
    this.params = extras.params ?? {}
    this.fields = extras.fields ?? []
    this.headers = extras.headers ?? {}
    this.traceId = extras.traceId
  }
}

/** One of the gateway's own refusals; the status stands in the table of codes. */
export const refusal = (code: OwnCode, extras: Extras = {}): HttpProblem =>
  new HttpProblem(codes[code]?.status ?? 500, code, extras)

/** 400 `validation_failed` with the wrong fields. */
export const invalidFields = (fields: readonly FieldError[]): HttpProblem =>
  refusal('validation_failed', { fields })

const challenge = { 'WWW-Authenticate': 'Bearer realm="micromart"' }

/** Seconds that a service asks to wait, kept within what a client should believe. */
const retryAfter = (error: DomainError, otherwise: number): Record<string, string> => {
  const seconds = Number(error.params['retryAfter'])
  const wait = Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : otherwise
  return { 'Retry-After': String(Math.min(wait, 3600)) }
}

/** A frozen refusal is repeated with the trace id of the first, so that it is the same bytes. */
const frozenParts = ({ params }: DomainError): Extras => ({
  ...(params['replayed'] === 'true' && { headers: { 'Idempotent-Replayed': 'true' } }),
  ...(params['traceId'] && { traceId: params['traceId'] }),
})

/** Conflicts with something that is under way and ends by itself: seconds after which asking again is worth it. */
const endsIn: { readonly [code: string]: number | undefined } = {
  books_in_progress: 60,
  idempotency_in_progress: 1,
}

const fromDomain = (error: DomainError): HttpProblem => {
  const { kind, code, fields } = error
  const frozen = frozenParts(error)
  const extras = { ...frozen, params: publicParams(error.params), fields, cause: error }
  if (kind === 'internal') return refusal('internal', { cause: error })
  if (code === 'login_throttled') {
    return new HttpProblem(429, code, { headers: retryAfter(error, 1), cause: error })
  }
  if (kind === 'unavailable') {
    return new HttpProblem(503, code, { headers: retryAfter(error, 2), cause: error })
  }
  if (kind === 'unauthenticated') {
    return new HttpProblem(401, code, { ...extras, headers: challenge })
  }
  const endsInSeconds = endsIn[code]
  const wait = endsInSeconds === undefined ? {} : retryAfter(error, endsInSeconds)
  const headers = { ...frozen.headers, ...wait }
  return new HttpProblem(statusOf[kind], code, { ...extras, headers })
}

/** Express refuses what it cannot decode with an error that carries a status. */
const isBadRequest = (error: unknown): boolean =>
  error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400)

/** Whatever was thrown, as a problem. What nobody expected is 500, and its text stays here. */
export const problemOf = (error: unknown): HttpProblem => {
  if (error instanceof HttpProblem) return error
  if (error instanceof DomainError) return fromDomain(error)
  if (isBadRequest(error)) return refusal('url_malformed', { cause: error })
  return refusal('internal', { cause: error })
}

/** The body of a problem answer, in a fixed order of members. */
export const problemBody = (problem: HttpProblem, instance: string, traceId: string): string => {
  const known = codes[problem.code]
  const title = known?.title ?? STATUS_CODES[problem.status] ?? 'Error'
  return JSON.stringify({
    type: `urn:micromart:problem:${problem.code}`,
    title,
    status: problem.status,
    code: problem.code,
    detail: known?.detail ?? title,
    instance,
    traceId: problem.traceId ?? traceId,
    params: problem.params,
    ...(problem.fields.length > 0 && { errors: problem.fields }),
  })
}
