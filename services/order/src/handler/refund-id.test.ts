import { expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import type { CallContext } from '@micromart/service'
import { refundIdOf } from './refund-id.ts'

const orderId = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'
const ada = systemIds.next()
const key = { key: 'k', scope: 's', fingerprint: 'f' }

const call = (idempotency: CallContext['idempotency'] = key, id = ada): CallContext => ({
  caller: { kind: 'user', id, roles: [], scopes: [], sessionId: undefined, expiresAt: new Date(0) },
  requestId: 'r',
  deadline: undefined,
  signal: new AbortController().signal,
  idempotency,
})

it('is a UUIDv7 of the order’s time, the same for each repeat', () => {
  const id = refundIdOf(orderId, call())
  expect(id).toMatch(/^019a1f60-7d2c-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(refundIdOf(orderId, call())).toBe(id)
  expect(refundIdOf(orderId.toUpperCase(), call())).toBe(id)
})

it('is another for another order, caller, route, key or body, and never the order’s own', () => {
  const ids = [
    orderId,
    refundIdOf(orderId, call()),
    refundIdOf(systemIds.next(), call()),
    refundIdOf(orderId, call(key, systemIds.next())),
    refundIdOf(orderId, call({ ...key, scope: 't' })),
    refundIdOf(orderId, call({ ...key, key: 'K' })),
    refundIdOf(orderId, call({ ...key, fingerprint: 'g' })),
  ]
  expect(new Set(ids).size).toBe(ids.length)
})

it('is none without a key, nor for what is no order', () => {
  expect(refundIdOf(orderId, { ...call(), idempotency: undefined })).toBeUndefined()
  expect(refundIdOf('x', call())).toBeUndefined()
})
