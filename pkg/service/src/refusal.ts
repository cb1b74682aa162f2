import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { ErrorInfo, Status } from '@micromart/contracts/errors'
import { errorInfoType } from '@micromart/dapr'
import { DomainError, type ErrorKind, type Log, silentLog } from '@micromart/kernel'

/** The one table from kind to gRPC code; the gateway holds the one from kind to HTTP status. */
export const grpcCodes: Readonly<Record<ErrorKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  unauthenticated: status.UNAUTHENTICATED,
  forbidden: status.PERMISSION_DENIED,
  not_found: status.NOT_FOUND,
  already_exists: status.ALREADY_EXISTS,
  conflict: status.ABORTED,
  precondition: status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE,
  internal: status.INTERNAL,
}

/** Our bugs: what is known about them stays in the log. */
const unknown = new DomainError('internal', 'internal')

const statusOf = ({ kind, code, params, fields }: DomainError): StatusObject => {
  const grpcCode = grpcCodes[kind]
  const info = ErrorInfo.encode({ kind, code, params: { ...params }, fields }).finish()
  const details = [{ typeUrl: errorInfoType, value: Buffer.from(info) }]
  // Both code and message must be the call's own: daprd and grpc read a difference as a broken answer.
  const encoded = Status.encode({ code: grpcCode, message: code, details }).finish()
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encoded))
  return { code: grpcCode, details: code, metadata }
}

/**
 * An error as the gRPC status that a service answers with, ErrorInfo in `grpc-status-details-bin`. What is not a
 * DomainError, or is one of kind internal, becomes INTERNAL with a fixed text and is logged here, once.
 */
export const refusal = (error: unknown, log: Log = silentLog): StatusObject => {
  if (!(error instanceof DomainError) || error.kind === 'internal') {
    log.error({ cause: error }, 'an RPC failed')
    return statusOf(unknown)
  }
  if (error.kind === 'unavailable') log.warn({ cause: error }, 'an RPC could not be served')
  return statusOf(error)
}
