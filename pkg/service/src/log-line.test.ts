import { describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { logLine } from './log-line.ts'
import { redact } from './redact.ts'

describe('a line of the log', () => {
  it('has what a part says by the names of ECS, and the rest as labels of text', () => {
    const fields = { event: 'order.ship', userId: 'u-1', orderId: 'o-1', tries: 3, scopes: ['a'] }
    expect(logLine(fields)).toEqual({
      'event.action': 'order.ship',
      'user.id': 'u-1',
      'labels.order_id': 'o-1',
      'labels.tries': '3',
      'labels.scopes': '["a"]',
    })
  })

  it('knows two outcomes, and why it was the second', () => {
    expect(logLine({ outcome: 'ok' })).toEqual({ 'event.outcome': 'success' })
    expect(logLine({ outcome: 'throttled' })).toEqual({
      'event.outcome': 'failure',
      'event.reason': 'throttled',
    })
  })

  it('tells an error with its causes', () => {
    const inner = Object.assign(new Error('no host'), { code: 'ENOTFOUND' })
    const cause = new DomainError('unavailable', 'provider_away', {}, { cause: inner })
    expect(logLine(redact({ cause }))).toEqual({
      'error.type': 'DomainError',
      'error.code': 'provider_away',
      'error.message': cause.message,
      'error.stack_trace': expect.stringMatching(/^DomainError[^]*\nCaused by: Error: no host\n/),
      'labels.error_details': expect.stringMatching(/^\{"kind":"unavailable",/),
    })
  })

  it('tells also what was thrown and is no error', () => {
    expect(logLine(redact({ cause: 'gone' }))).toEqual({ 'error.message': 'gone' })
  })

  it('leaves out what is undefined', () => {
    expect(logLine({ requestId: undefined, orderId: undefined })).toEqual({})
  })
})
