import { describe, expect, it } from '@jest/globals'
import { DomainError, errorKinds } from '@micromart/kernel'
import { problemBody, problemOf } from './problem.ts'

const bodyOf = (error: unknown) =>
  JSON.parse(problemBody(problemOf(error), '/v1/cart', 'f'.repeat(32))) as Record<string, unknown>

describe('from an error to a problem', () => {
  it('each kind has its status', () => {
    const statuses = errorKinds.map((kind) => [kind, problemOf(new DomainError(kind, 'x')).status])
    expect(Object.fromEntries(statuses)).toEqual({
      invalid: 400,
      unauthenticated: 401,
      forbidden: 403,
      not_found: 404,
      already_exists: 409,
      conflict: 409,
      precondition: 422,
      unavailable: 503,
      internal: 500,
    })
  })

  it('has the members of RFC 9457 and our own', () => {
    const error = new DomainError('precondition', 'out_of_stock', { sku: 'A', available: '3' })
    expect(bodyOf(error)).toEqual({
      type: 'urn:micromart:problem:out_of_stock',
      title: 'Out of stock',
      status: 422,
      code: 'out_of_stock',
      detail: 'There is less than was asked for: see `params`.',
      instance: '/v1/cart',
      traceId: 'f'.repeat(32),
      params: { sku: 'A', available: 3 },
    })
  })

  it.each([
    [
      { skus: 'A', available: '3', shortages: '[{"sku":"A","available":3}]' },
      { skus: 'A', available: 3, shortages: [{ sku: 'A', available: 3 }] },
    ],
    [{ skus: 'A', shortages: 'no JSON' }, { skus: 'A' }],
    [{ skus: 'A', shortages: '[{"sku":1}]' }, { skus: 'A' }],
    [{ refundable: '250', currency: 'EUR' }, { refundable: { amount: 250, currency: 'EUR' } }],
    [
      { sku: 'A', refundable: '2' },
      { sku: 'A', refundable: 2 },
    ],
  ])('tells how much there is of %p', (sent, params) => {
    const error = new DomainError('precondition', 'out_of_stock', sent)
    expect(bodyOf(error)['params']).toEqual(params)
  })

  it('keeps the code of a service', () => {
    expect(bodyOf(new DomainError('conflict', 'constructor'))['code']).toBe('constructor')
  })

  it('names wrong fields', () => {
    const fields = [{ path: '/email', code: 'required', message: 'is missing' }]
    expect(bodyOf(new DomainError('invalid', 'x', {}, { fields }))['errors']).toEqual(fields)
  })

  it('S52 says nothing of what went wrong inside', () => {
    const secret = 'SELECT * FROM users at /srv/app.ts:3'
    for (const error of [
      new Error(secret),
      secret,
      new DomainError('internal', 'sql_broken', { text: secret }),
      new DomainError('unavailable', 'dependency_unavailable', { service: secret }),
    ]) {
      expect(JSON.stringify(bodyOf(error))).not.toContain('SELECT')
    }
  })

  it('unavailable asks to wait, and a throttled login is 429', () => {
    expect(problemOf(new DomainError('unavailable', 'x')).headers['Retry-After']).toBe('2')
    const throttled = problemOf(
      new DomainError('unavailable', 'login_throttled', { retryAfter: '7' }),
    )
    expect([throttled.status, throttled.headers['Retry-After']]).toEqual([429, '7'])
  })

  it('a price that changed is money, and a frozen refusal keeps its trace', () => {
    const error = new DomainError('conflict', 'price_changed', {
      total: '4200',
      currency: 'EUR',
      replayed: 'true',
      traceId: 'a'.repeat(32),
    })
    expect(bodyOf(error)).toMatchObject({
      traceId: 'a'.repeat(32),
      params: { total: { amount: 4200, currency: 'EUR' } },
    })
    expect(problemOf(error).headers).toEqual({ 'Idempotent-Replayed': 'true' })
  })

  it('401 says how to authenticate', () => {
    const { headers } = problemOf(new DomainError('unauthenticated', 'credentials_wrong'))
    expect(headers['WWW-Authenticate']).toBe('Bearer realm="micromart"')
  })
})
