import { Metadata, type StatusObject, status } from '@grpc/grpc-js'
import { ErrorInfo, Status } from '@micromart/contracts/errors'
import { errorInfoType } from '@micromart/dapr'
import { DomainError, type ErrorKind, type Log, silentLog } from '@micromart/kernel'
import { databaseFault } from '@micromart/store/faults'

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

/** Trailers are headers: a peer cuts the connection when they pass 64 KiB. */
const largestInfo = 16_384
const mostFields = 50

const infoOf = ({ kind, code, params, fields }: DomainError): Buffer => {
  const told = fields.slice(0, mostFields)
  const info = ErrorInfo.encode({ kind, code, params: { ...params }, fields: told }).finish()
  const fits = info.length <= largestInfo
  return Buffer.from(
    fits ? info : ErrorInfo.encode({ kind, code, params: {}, fields: [] }).finish(),
  )
}

const statusOf = (error: DomainError): StatusObject => {
  const { kind, code } = error
  const grpcCode = grpcCodes[kind]
  const details = [{ typeUrl: errorInfoType, value: infoOf(error) }]
  // Both code and message must be the call's own: daprd and grpc read a difference as a broken answer.
  const encoded = Status.encode({ code: grpcCode, message: code, details }).finish()
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encoded))
  return { code: grpcCode, details: code, metadata }
}

/**
 * An error as the gRPC status that a service answers with, ErrorInfo in `grpc-status-details-bin`. A database that is
 * away or busy reads as unavailable. Whatever else is not a DomainError, or is one of kind internal, becomes INTERNAL with a fixed text and is logged here, once.
 */
export const refusal = (error: unknown, log: Log = silentLog): StatusObject => {
  const read = error instanceof DomainError ? error : databaseFault(error)
  if (!read || read.kind === 'internal') {
    log.error({ cause: error }, 'an RPC failed')
    return statusOf(unknown)
  }
  if (read.kind === 'unavailable') log.warn({ cause: read }, 'an RPC could not be served')
  return statusOf(read)
}
