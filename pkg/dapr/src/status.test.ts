import { describe, expect, it } from '@jest/globals'
import { Metadata, type ServiceError, status } from '@grpc/grpc-js'
import { ErrorInfo, Status } from '@micromart/contracts/errors'
import { domainErrorOf, errorInfoType, isMissingAnswer, sidecarErrorOf } from './status.ts'

const aStatus = (code: status, details = 'text', metadata = new Metadata()): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata })

const withInfo = (code: status, kind: string, bytes?: Buffer): ServiceError => {
  const info = { kind, code: 'out_of_stock', params: { sku: 'MUG' }, fields: [] }
  const value = Buffer.from(ErrorInfo.encode(info).finish())
  const details = [{ typeUrl: errorInfoType, value }]
  const metadata = new Metadata()
  const encoded = Status.encode({ code, message: 'out_of_stock', details }).finish()
  metadata.set('grpc-status-details-bin', bytes ?? Buffer.from(encoded))
  return aStatus(code, 'out_of_stock', metadata)
}

describe('the DomainError behind a status', () => {
  it('is the one the service threw', () => {
    const error = domainErrorOf(withInfo(status.FAILED_PRECONDITION, 'precondition'), 'product')
    expect(error).toMatchObject({
      kind: 'precondition',
      code: 'out_of_stock',
      params: { sku: 'MUG' },
      effectUnknown: false,
    })
  })

  it.each([
    status.UNAVAILABLE,
    status.DEADLINE_EXCEEDED,
    status.RESOURCE_EXHAUSTED,
    status.UNKNOWN,
    status.CANCELLED, // by a hop that noticed our deadline before us
  ])('is an outage of unknown effect for status %i without details', (code) => {
    expect(domainErrorOf(aStatus(code), 'cart')).toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      params: { service: 'cart' },
      effectUnknown: true,
    })
  })

  it('is an outage for a connection that was cut', () => {
    const cut = aStatus(status.INTERNAL, 'Received RST_STREAM with code 2')
    expect(domainErrorOf(cut, 'cart')).toMatchObject({ kind: 'unavailable', effectUnknown: true })
  })

  it('knows that a call which found no connection had no effect', () => {
    const refused = aStatus(status.UNAVAILABLE, 'No connection established. Last error: ...')
    expect(domainErrorOf(refused, 'cart')).toMatchObject({ effectUnknown: false })
  })

  it('is an outage without effect for an RPC that the other side does not know yet', () => {
    expect(domainErrorOf(aStatus(status.UNIMPLEMENTED), 'cart')).toMatchObject({
      kind: 'unavailable',
      code: 'dependency_unavailable',
      effectUnknown: false,
    })
  })

  it.each([status.PERMISSION_DENIED, status.NOT_FOUND, status.INTERNAL])(
    'is our bug for status %i that no service gave',
    (code) => {
      expect(domainErrorOf(aStatus(code), 'cart')).toMatchObject({ kind: 'internal' })
    },
  )

  it('reads details that are not ours by the code alone', () => {
    const garbled = withInfo(status.UNAVAILABLE, 'precondition', Buffer.from([255, 1, 2]))
    expect(domainErrorOf(garbled, 'cart').code).toBe('dependency_unavailable')
    const foreign = withInfo(status.ABORTED, 'a kind of tomorrow')
    expect(domainErrorOf(foreign, 'cart').kind).toBe('internal')
  })
})

describe("the DomainError behind the sidecar's own status", () => {
  it('is a conflict for an ETag that no longer holds', () => {
    expect(sidecarErrorOf(aStatus(status.ABORTED), 'state')).toMatchObject({
      kind: 'conflict',
      code: 'state_conflict',
    })
  })

  it('is an outage when the store behind the component is away', () => {
    expect(sidecarErrorOf(aStatus(status.INTERNAL), 'state')).toMatchObject({
      kind: 'unavailable',
      params: { service: 'state' },
    })
  })

  it('is our bug when we asked wrongly', () => {
    expect(sidecarErrorOf(aStatus(status.INVALID_ARGUMENT), 'state').kind).toBe('internal')
  })
})

describe('what a breaker counts', () => {
  it('is a missing answer', () => {
    expect(isMissingAnswer(aStatus(status.UNAVAILABLE))).toBe(true)
    expect(isMissingAnswer(aStatus(status.DEADLINE_EXCEEDED))).toBe(true)
  })

  it("is not a service's own refusal, whatever its kind", () => {
    expect(isMissingAnswer(withInfo(status.NOT_FOUND, 'not_found'))).toBe(false)
    expect(isMissingAnswer(withInfo(status.UNAVAILABLE, 'unavailable'))).toBe(false)
    expect(isMissingAnswer(withInfo(status.INTERNAL, 'internal'))).toBe(false)
  })

  it('is not our own cancelling, nor an ETag that no longer holds', () => {
    expect(isMissingAnswer(aStatus(status.CANCELLED, 'Cancelled on client'))).toBe(false)
    expect(isMissingAnswer(aStatus(status.CANCELLED))).toBe(true)
    expect(isMissingAnswer(aStatus(status.ABORTED))).toBe(false)
  })
})
