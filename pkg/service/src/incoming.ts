import { timingSafeEqual } from 'node:crypto'
import { isIP } from 'node:net'
import type { Metadata } from '@grpc/grpc-js'
import { idempotencyHeaders, originHeaders } from '@micromart/contracts'
import type { IdempotencyKey, Origin } from '@micromart/dapr'
import { DomainError, systemIds } from '@micromart/kernel'
import { type Context, propagation, ROOT_CONTEXT } from '@opentelemetry/api'

/** The one value of a header, or undefined when it is absent. */
const single = (metadata: Metadata, key: string): string | undefined => {
  const [value] = metadata.get(key)
  return typeof value === 'string' ? value : undefined
}

const lastOf = (metadata: Metadata, key: string): string | undefined => {
  const texts = metadata.get(key).flatMap((value) => String(value).split(','))
  return texts.at(-1)?.trim()
}

const getter = {
  keys: () => ['traceparent', 'tracestate'],
  // The caller's sidecar appends its own traceparent (dapr/dapr #10462): the last is the nearest parent.
  get: (metadata: Metadata, key: string) =>
    key === 'traceparent' ? lastOf(metadata, key) : single(metadata, key),
}

/** The W3C trace context a call came with. */
export const traceOf = (metadata: Metadata): Context =>
  propagation.extract(ROOT_CONTEXT, metadata, getter)

/**
 * The bearer token a call came with.
 * @throws DomainError unauthenticated `token_invalid`: not of the form `Bearer ...`, or more than one
 */
export const tokenOf = (metadata: Metadata): string | undefined => {
  const values = metadata.get('authorization')
  if (values.length === 0) return undefined
  const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(String(values[0])) ?? []
  if (values.length > 1 || token === undefined) {
    throw new DomainError('unauthenticated', 'token_invalid')
  }
  return token
}

/** The request id of the gateway, or a new one. */
export const requestIdOf = (metadata: Metadata): string => {
  const given = single(metadata, 'x-request-id')
  return given !== undefined && /^[\w.:-]{1,128}$/.test(given) ? given : systemIds.next()
}

const printable = /^[\x20-\x7e]{1,255}$/
const digest = /^[\w=+/-]{16,64}$/

/**
 * The idempotency key a call came with.
 * @throws DomainError invalid `idempotency_key_invalid`: not 1..255 printable ASCII characters, or without its scope and fingerprint
 */
export const idempotencyOf = (metadata: Metadata): IdempotencyKey | undefined => {
  if (metadata.get(idempotencyHeaders.key).length === 0) return undefined
  const key = single(metadata, idempotencyHeaders.key) ?? ''
  const scope = single(metadata, idempotencyHeaders.scope) ?? ''
  const fingerprint = single(metadata, idempotencyHeaders.fingerprint) ?? ''
  if (printable.test(key) && digest.test(scope) && digest.test(fingerprint)) {
    return { key, scope, fingerprint }
  }
  throw new DomainError('invalid', 'idempotency_key_invalid')
}

/** Where the request came from, by the gateway's word: written down, never decided by. */
export const originOf = (metadata: Metadata): Origin => {
  const address = single(metadata, originHeaders.address) ?? ''
  const userAgent = single(metadata, originHeaders.userAgent)?.slice(0, 120) ?? ''
  return {
    address: isIP(address) === 0 ? undefined : address,
    userAgent: printable.test(userAgent) ? userAgent : undefined,
  }
}

/** The app that passed a call on, by its sidecar's word: written down, never decided by. */
export const callingAppOf = (metadata: Metadata): string | undefined => {
  const app = single(metadata, 'dapr-caller-app-id') ?? ''
  return /^[\w.-]{1,64}$/.test(app) ? app : undefined
}

/** A deadline that is really one: grpc-js says Infinity for none. */
export const deadlineOf = (deadline: Date | number): Date | undefined => {
  if (deadline instanceof Date) return deadline
  return Number.isFinite(deadline) ? new Date(deadline) : undefined
}

/** Token, trace and Dapr's own headers take about 3 KiB. */
const mostMetadata = 16_384

/**
 * Refuses metadata beyond 16 KiB: Node's http2 lets far more through.
 * @throws DomainError invalid `metadata_too_large`
 */
export const requireSmallMetadata = (metadata: Metadata): void => {
  const sizes = Object.entries(metadata.toJSON()).flatMap(([name, values]) =>
    values.map((value) => name.length + value.length),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (total > mostMetadata) throw new DomainError('invalid', 'metadata_too_large')
}

/**
 * Refuses what another app sent through our sidecar: callbacks are for the sidecar itself to call. Without it any app could
 * forge events past the broker, since the sidecar proxies every method and adds the app token to it (S32).
 * @throws DomainError forbidden `callback_not_for_apps`
 */
export const requireOwnSidecar = (metadata: Metadata): void => {
  if (metadata.get('dapr-caller-app-id').length > 0) {
    throw new DomainError('forbidden', 'callback_not_for_apps')
  }
}

/**
 * Refuses what did not come through the own sidecar, where APP_API_TOKEN is set.
 * @throws DomainError unauthenticated `app_token_invalid`
 */
export const requireAppToken = (metadata: Metadata, appToken: string | undefined): void => {
  if (appToken === undefined) return
  const given = Buffer.from(single(metadata, 'dapr-api-token') ?? '')
  const wanted = Buffer.from(appToken)
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new DomainError('unauthenticated', 'app_token_invalid')
  }
}
