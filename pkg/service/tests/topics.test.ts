import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { DomainError } from '@micromart/kernel'
import type { TopicEvent } from '@micromart/service'
import { type FakeSidecar, startFakeSidecar } from '@micromart/testing'
import { type CartForTest, keptLog, startCart } from './cart-for-test.ts'

describe('an event', () => {
  const appToken = 'from-our-sidecar'
  const log = keptLog()
  let seen: TopicEvent[]
  let outcome: unknown
  let fake: FakeSidecar
  let cart: CartForTest

  beforeEach(async () => {
    seen = []
    outcome = undefined
    log.lines.length = 0
    const take = async (event: TopicEvent) => {
      seen.push(event)
      if (outcome !== undefined) throw outcome
    }
    cart = await startCart({}, { topics: { [topics.orderPaid]: take }, appToken, log })
    fake = await startFakeSidecar({ appToken })
    fake.attach(cart.running.port)
  })
  afterEach(async () => {
    await fake[Symbol.asyncDispose]()
    await cart[Symbol.asyncDispose]()
  })

  it('reaches the handler of its topic with id and payload, and is acknowledged', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const payload = { orderId: 'o-1', total: '1999' }
    const answer = await fake.deliver(topics.orderPaid, payload, { id: 'e-1', traceparent })
    expect(answer).toBe('SUCCESS')
    expect(seen).toEqual([{ id: 'e-1', topic: topics.orderPaid, payload, traceparent }])
  })

  it('comes again when its handler failed, and the failure is logged once with its cause', async () => {
    outcome = new Error('database away')
    expect(await fake.deliver(topics.orderPaid, {}, { id: 'e-2' })).toBe('RETRY')
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        fields: { topic: topics.orderPaid, eventId: 'e-2', answer: 'retry', cause: outcome },
        message: 'an event was not handled',
      },
    ])
  })

  it.each(['unavailable', 'conflict', 'not_found', 'internal'] as const)(
    'comes again after a refusal of kind %s',
    async (kind) => {
      outcome = new DomainError(kind, 'some_code')
      expect(await fake.deliver(topics.orderPaid, {})).toBe('RETRY')
    },
  )

  it('goes to the dead letters when it can never succeed', async () => {
    outcome = new DomainError('invalid', 'order_id_missing')
    expect(await fake.deliver(topics.orderPaid, {})).toBe('DROP')
  })

  it('goes to the dead letters when its payload is no JSON', async () => {
    const rawData = Buffer.from('{"half')
    expect(await fake.deliver(topics.orderPaid, undefined, { rawData })).toBe('DROP')
    expect(seen).toEqual([])
  })

  it('goes to the dead letters when nobody here handles its topic', async () => {
    expect(await fake.deliver('constructor', {})).toBe('DROP')
  })

  it('is refused when it does not come from our sidecar', async () => {
    await using stranger = await startFakeSidecar({ appToken: 'guessed' })
    stranger.attach(cart.running.port)
    await expect(stranger.deliver(topics.orderPaid, {})).rejects.toThrow('app_token_invalid')
    expect(seen).toEqual([])
  })

  it('S32 is refused when another app sends it through our sidecar, past the broker', async () => {
    const forged = fake.deliver(topics.orderPaid, {}, { from: 'provider' })
    await expect(forged).rejects.toThrow('callback_not_for_apps')
    expect(seen).toEqual([])
  })
})
