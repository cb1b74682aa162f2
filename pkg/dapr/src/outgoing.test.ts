import { describe, expect, it } from '@jest/globals'
import { runInContext } from './context.ts'
import { outgoingCall } from './outgoing.ts'

const share = { forwardsToken: true, tellsOrigin: false }
const wanted = { service: 'cart', limitMs: 3_000, apiToken: undefined, ...share }

const inMs = (ms: number) => new Date(Date.now() + ms)

describe('an outgoing call', () => {
  it('carries token and request id of the request it is made for', () => {
    const scope = { token: 'abc', requestId: 'r-1' }
    const { metadata } = runInContext(scope, () => outgoingCall(wanted))
    expect(metadata.getMap()).toEqual({ authorization: 'Bearer abc', 'x-request-id': 'r-1' })
  })

  it('leaves the token out where the callee does not decide by the user', () => {
    const { metadata } = runInContext({ token: 'abc' }, () =>
      outgoingCall({ ...wanted, forwardsToken: false, apiToken: 'sidecar' }),
    )
    expect(metadata.getMap()).toEqual({ 'dapr-api-token': 'sidecar' })
  })

  it('tells where the request came from to RPCs that write it down, and to no other', () => {
    const scope = { origin: { address: '192.0.2.7', userAgent: 'curl/8' } }
    const told = (tellsOrigin: boolean) =>
      runInContext(scope, () => outgoingCall({ ...wanted, tellsOrigin })).metadata.getMap()
    expect(told(true)).toEqual({ 'x-client-address': '192.0.2.7', 'x-client-agent': 'curl/8' })
    expect(told(false)).toEqual({})
  })

  it('has its own limit outside a request', () => {
    const { deadline } = outgoingCall(wanted)
    expect(deadline.getTime()).toBeLessThanOrEqual(inMs(3_000).getTime())
    expect(deadline.getTime()).toBeGreaterThan(inMs(2_000).getTime())
  })

  it('never outlives the request it is made for', () => {
    const deadline = inMs(500)
    expect(runInContext({ deadline }, () => outgoingCall(wanted)).deadline).toEqual(deadline)
  })

  it('is not begun for a request that has no time left', () => {
    expect(() => runInContext({ deadline: inMs(-1) }, () => outgoingCall(wanted))).toThrow(
      expect.objectContaining({ kind: 'unavailable', code: 'deadline_exceeded' }),
    )
  })

  it("is cancelled by its own signal and by the request's", () => {
    const [mine, request] = [new AbortController(), new AbortController()]
    const make = () =>
      runInContext({ signal: request.signal }, () =>
        outgoingCall({ ...wanted, signal: mine.signal }),
      )
    const [one, other] = [make(), make()]
    mine.abort()
    expect(one.signal?.aborted).toBe(true)
    expect(other.signal?.aborted).toBe(true)
  })
})
