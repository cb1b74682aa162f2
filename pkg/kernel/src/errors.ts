/** The closed list of what can be wrong; `pkg/service` and the gateway each hold one table of it. */
export const errorKinds = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'already_exists',
  'conflict',
  'precondition',
  'unavailable',
  'internal',
] as const

export type ErrorKind = (typeof errorKinds)[number]

/** One wrong field: `path` is a JSON Pointer (RFC 6901) into the request. */
export type FieldError = { readonly path: string; readonly code: string; readonly message: string }

type Details = {
  readonly cause?: unknown
  readonly fields?: readonly FieldError[]
  /** The call may have taken effect although it failed: a deadline or a cut connection. */
  readonly effectUnknown?: boolean
}

/**
 * A refusal that travels from the model to the browser with one stable code.
 * @param kind decides the status, here and at the gateway
 * @param code stable and documented in docs/status-codes.md, such as `out_of_stock`
 * @param params texts a client may use, never personal data
 */
export class DomainError extends Error {
  override readonly name: string = 'DomainError'
  readonly kind: ErrorKind
  readonly code: string
  readonly params: Readonly<Record<string, string>>
  readonly fields: readonly FieldError[]
  readonly effectUnknown: boolean

  constructor(
    kind: ErrorKind,
    code: string,
    params: Readonly<Record<string, string>> = {},
    details: Details = {},
  ) {
    super(code, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.code = code
    this.params = params
    this.fields = details.fields ?? []
    this.effectUnknown = details.effectUnknown ?? false
  }
}
