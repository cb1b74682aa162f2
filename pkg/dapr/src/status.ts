import { type Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { ErrorInfo, Status } from '@micromart/contracts/errors'
import { DomainError, type ErrorKind, errorKinds } from '@micromart/kernel'

/** The type of the one detail that a refusal carries in `grpc-status-details-bin`. */
export const errorInfoType = 'type.googleapis.com/micromart.errors.v1.ErrorInfo'

const isKind = (text: string): text is ErrorKind => (errorKinds as readonly string[]).includes(text)

const errorInfoOf = (metadata: Metadata | undefined): ErrorInfo | undefined => {
  const [details] = metadata?.get('grpc-status-details-bin') ?? []
  if (!(details instanceof Buffer)) return undefined
  try {
    const info = Status.decode(details).details.find(({ typeUrl }) => typeUrl === errorInfoType)
    return info && ErrorInfo.decode(info.value)
  } catch {
    return undefined // not ours: read by its code alone
  }
}

/** We gave the call up ourselves (grpc-js's words). A hop that notices our deadline before us says CANCELLED, too: that is an outage. */
const isOwnCancelling = ({ code, details }: ServiceError): boolean =>
  code === status.CANCELLED && details.startsWith('Cancelled on client')

/** Whether a status says only that the way there failed: nobody on the other side refused anything. */
const isOutage = ({ code, details }: ServiceError): boolean =>
  code === status.UNAVAILABLE ||
  code === status.DEADLINE_EXCEEDED ||
  code === status.CANCELLED ||
  code === status.RESOURCE_EXHAUSTED ||
  code === status.UNKNOWN ||
  code === status.UNIMPLEMENTED || // of another release, while one is rolled out
  (code === status.INTERNAL && details.startsWith('Received RST_STREAM'))

/** Statuses that the sidecar gives on purpose, though without ErrorInfo, about a component. */
const answers: ReadonlySet<status> = new Set([
  status.ABORTED,
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.NOT_FOUND,
])

/** Whether an error means that no answer came: what a breaker counts. A service's own refusal is an answer, of any kind. */
export const isMissingAnswer = (error: unknown): boolean =>
  isServiceError(error) &&
  errorInfoOf(error.metadata) === undefined &&
  !isOwnCancelling(error) &&
  !answers.has(error.code)

/** The call never left this process, so nothing can have happened. */
export const neverLeft = ({ code, details }: ServiceError): boolean =>
  code === status.UNAVAILABLE && details.startsWith('No connection established')

/** Whether an outage came from the way there and not from the service: only that is ever repeated. */
export const isUnexplainedUnavailable = (error: ServiceError): boolean =>
  error.code === status.UNAVAILABLE && errorInfoOf(error.metadata) === undefined

/**
 * The DomainError behind a gRPC status. With ErrorInfo it is the one the service threw. Without, no service made it:
 * an outage is unavailable `dependency_unavailable` with `service`, our own cancelling `call_cancelled`, and the rest internal.
 * `effectUnknown` is false only when the service refused, does not know the RPC, or the call never left.
 */
export const domainErrorOf = (error: ServiceError, service: string): DomainError => {
  const info = errorInfoOf(error.metadata)
  if (info && isKind(info.kind)) {
    return new DomainError(info.kind, info.code, info.params, { cause: error, fields: info.fields })
  }
  const isWithoutEffect = neverLeft(error) || error.code === status.UNIMPLEMENTED
  const details = { cause: error, effectUnknown: !isWithoutEffect }
  if (isOwnCancelling(error)) {
    return new DomainError('unavailable', 'call_cancelled', { service }, details)
  }
  if (isOutage(error)) {
    return new DomainError('unavailable', 'dependency_unavailable', { service }, details)
  }
  return new DomainError('internal', 'internal', { service }, details)
}

/** The sidecar's own words for our mistakes; whatever else fails there is a component or its store being away. */
const misuse: ReadonlySet<status> = new Set([
  status.INVALID_ARGUMENT,
  status.FAILED_PRECONDITION,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
])

/**
 * The DomainError behind a status of the sidecar's own API (state, publish): conflict `state_conflict` for an ETag that
 * no longer holds, internal for our misuse, else as `domainErrorOf`, with INTERNAL read as unavailable.
 */
export const sidecarErrorOf = (error: ServiceError, component: string): DomainError => {
  const service = { service: component }
  if (error.code === status.ABORTED) {
    return new DomainError('conflict', 'state_conflict', service, { cause: error })
  }
  if (error.code === status.CANCELLED) return domainErrorOf(error, component)
  const details = { cause: error, effectUnknown: !neverLeft(error) }
  return misuse.has(error.code)
    ? new DomainError('internal', 'internal', service, details)
    : new DomainError('unavailable', 'dependency_unavailable', service, details)
}

/** Whether an error is a status that grpc-js made. */
export const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error
