import { expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import type { CallContext } from '@micromart/service'
import { type Order, totalsOf } from '../model/order.ts'
import type { OrderStatus } from '../model/status.ts'
import { keptOrder, type KeptAnswers } from './kept-orders.ts'

const at = new Date('2026-01-01T12:00:00.000Z')

const anOrder = (status: OrderStatus): Order => ({
  id: '01900000-0000-7000-8000-000000000001',
  number: 'M-0000-0001',
  status,
  version: 3,
  userId: undefined,
  email: 'a@example.org',
  shipTo: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'DE' },
  lines: [],
  totals: totalsOf([], 'EUR'),
  payment: { status: 'paid', method: 'card', nextAction: undefined },
  refunded: money(0n, 'EUR'),
  openRefund: undefined,
  shipment: { carrier: undefined, trackingCode: undefined },
  cart: { id: 'c', version: 'v', key: 'guest:x' },
  stockClaimed: true,
  holdUntil: undefined,
  dueAt: undefined,
  tries: 0,
  createdAt: at,
  updatedAt: at,
})

const call: CallContext = {
  caller: { kind: 'anonymous' },
  requestId: 'r',
  deadline: undefined,
  signal: new AbortController().signal,
  idempotency: { key: 'k', scope: 's', fingerprint: 'f' },
}

/** The first attempt's answer is kept, whatever comes of later ones. */
const firstWins = (): KeptAnswers['resumed'] => {
  let kept: Uint8Array | undefined
  return async ({ codec }, work) => {
    const answer = await work()
    if (kept) return { replayed: false, answer: codec.decode(kept) }
    kept = codec.encode(answer)
    return { replayed: false, answer }
  }
}

it('answers an attempt that was overtaken with what is kept, not with what it did', async () => {
  const states: OrderStatus[] = ['PAID', 'CANCELLED']
  const act = async () => anOrder(states.shift() ?? 'PENDING')
  const answer = keptOrder(firstWins(), 'ShipOrder', act, async () => anOrder('SHIPPED'))
  const request = { id: anOrder('PAID').id }

  const first = await answer(request, call)
  const overtaken = await answer(request, call)

  expect(first.order.status).toBe('PAID')
  expect(overtaken.order).toEqual(first.order)
})
