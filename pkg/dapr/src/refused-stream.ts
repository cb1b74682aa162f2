import { Duplex } from 'node:stream'
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { ErrorInfo, Status } from '@micromart/contracts/errors'
import { DomainError } from '@micromart/kernel'
import { errorInfoType } from './status.ts'

export type Stream = ClientReadableStream<unknown> | ClientDuplexStream<unknown, unknown>

/** A refusal of our own in the form in which streams fail: `domainErrorOf` makes the DomainError again. */
const statusOf = ({ kind, code, params }: DomainError): ServiceError => {
  const info = ErrorInfo.encode({ kind, code, params: { ...params }, fields: [] }).finish()
  const details = [{ typeUrl: errorInfoType, value: Buffer.from(info) }]
  const encoded = Status.encode({ code: status.UNAVAILABLE, message: code, details }).finish()
  const metadata = new Metadata()
  metadata.set('grpc-status-details-bin', Buffer.from(encoded))
  return Object.assign(new Error(code), { code: status.UNAVAILABLE, details: code, metadata })
}

/**
 * A stream that was never begun: it takes what is written, and fails.
 * @param refusal rejects with the DomainError
 */
export const refusedStream = (refusal: Promise<unknown>): Stream => {
  const stream = new Duplex({
    objectMode: true,
    read: () => {},
    write: (_message, _encoding, done) => done(),
  })
  refusal.catch((error: unknown) => {
    const fault = error instanceof DomainError ? statusOf(error) : (error as Error)
    // After this turn: whoever asked for it has had the time to listen.
    setImmediate(() => {
      stream.emit('status', fault)
      stream.destroy(fault)
    })
  })
  const asCall = { cancel: () => {}, getPeer: () => 'nobody', call: null }
  return Object.assign(stream, asCall) as unknown as Stream
}
