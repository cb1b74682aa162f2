import { describe, expect, it } from '@jest/globals'
import { startBreakers } from '@micromart/dapr'
import { eventually } from '@micromart/testing'
import { startFakeStripe } from './fake-stripe.ts'
import { aRef, providerSuite, type World } from './provider-suite.ts'
import { eur, startForTest } from './start-for-test.ts'
import { stripeAt } from './stripe-for-test.ts'
import { goIsThere, startStripeMock } from './stripe-mock.ts'

const simulated = async (): Promise<World> => {
  const shop = await startForTest({ providerEnv: { PROVIDER_SETTLE_SECONDS: '0.4' } })
  const amounts = async (orderId: string, kind: string) =>
    (await shop.ledger(orderId)).filter((entry) => entry.kind === kind).map(({ amount }) => amount)
  return {
    provider: shop.provider,
    tokens: {
      approved: 'tok_visa',
      declined: 'tok_insufficient_funds',
      unknown: 'tok_never_issued',
      pending: 'tok_pending',
      action: 'tok_3ds',
    },
    captures: (orderId) => amounts(orderId, 'capture'),
    refunds: (orderId) => amounts(orderId, 'refund'),
    authenticate: async () => {}, // confirming says so
    settle: async () => {
      await eventually(async () =>
        expect(
          (await shop.payment.listProviderBooks({ afterOrderId: '', limit: 9 })).items,
        ).not.toEqual([]),
      )
    },
    loseNext: (operation) => shop.arm({ operation, step: 'after', kind: 'reset' }),
    stop: shop.stopProvider,
    [Symbol.asyncDispose]: shop[Symbol.asyncDispose],
  }
}

const stripe = async () => {
  const fake = await startFakeStripe()
  const breakers = startBreakers(() => true)
  const idOf = (orderId: string) =>
    fake.intents().find(({ metadata }) => metadata['order_id'] === orderId)?.id
  const world: World = {
    provider: stripeAt(fake.url, breakers),
    tokens: {
      approved: 'pm_card_visa',
      declined: 'pm_card_chargeDeclined',
      unknown: 'pm_never_issued',
      pending: 'pm_processing',
      action: 'pm_card_threeDSecure2Required',
    },
    captures: async (orderId) =>
      fake
        .intents()
        .filter(
          ({ metadata, status }) => metadata['order_id'] === orderId && status === 'succeeded',
        )
        .map(({ amount }) => amount),
    refunds: async (orderId) =>
      fake
        .refunds()
        .filter((refund) => refund.payment_intent === idOf(orderId))
        .map(({ amount }) => amount),
    authenticate: async ({ chargeId }) => fake.authenticate(chargeId),
    settle: async ({ chargeId }) => fake.settle(chargeId),
    loseNext: async (operation) => fake.breakNext(operation === 'charge' ? '/confirm' : '/refunds'),
    stop: async () => fake.stop(),
    [Symbol.asyncDispose]: async () => {
      breakers[Symbol.dispose]()
      await fake[Symbol.asyncDispose]()
    },
  }
  return { ...world, fake }
}

describe('the simulated provider', () => providerSuite(simulated))

describe('Stripe', () => {
  providerSuite(stripe)

  const inTime = () => new Date(Date.now() + 5000)

  it('finds a charge and a refund when the idempotency keys are forgotten', async () => {
    await using world = await stripe()
    const ref = aRef()
    const order = { ...ref, token: 'pm_card_visa' }
    const captured = await world.provider.charge(order, inTime())
    if (captured.status !== 'captured') throw new Error(captured.status)
    const refund = { key: 'refund-1', chargeId: captured.chargeId, amount: eur(5) }
    await world.provider.refund(refund, inTime())
    world.fake.forgetKeys()
    expect(await world.provider.find(ref, inTime())).toEqual(captured)
    expect(await world.provider.refund(refund, inTime())).toBe('refunded')
    expect(await world.captures(ref.orderId)).toEqual([1999])
    expect(world.fake.refunds()).toHaveLength(1)
  })

  it('charges a shopper who has authenticated and never comes back', async () => {
    await using world = await stripe()
    const ref = aRef()
    const order = { ...ref, token: world.tokens.action }
    const asked = await world.provider.charge(order, inTime())
    if (asked.status !== 'requires_action') throw new Error(asked.status)
    await world.authenticate(asked)
    const known = { ...ref, chargeId: asked.chargeId }
    const captured = { status: 'captured', chargeId: asked.chargeId }
    expect(await Promise.all([1, 2].map(() => world.provider.find(known, inTime())))).toEqual([
      captured,
      captured,
    ])
    expect(await world.captures(ref.orderId)).toEqual([1999])
  })

  it('keeps no ledger that can be paged by order', async () => {
    await using world = await stripe()
    expect(await world.provider.books('', 10, inTime())).toBeUndefined()
  })

  it('says when it is not worth asking', async () => {
    await using world = await stripe()
    expect(world.provider.available()).toBe(true)
    await world.stop()
    for (let count = 0; count < 22; count += 1) {
      await world.provider.charge({ ...aRef(), token: 'pm_card_visa' }, inTime())
    }
    expect(world.provider.available()).toBe(false)
  })
})

// stripe-mock has Stripe's own description of its API: it refuses what Stripe would. It keeps nothing.
const withMock = goIsThere() ? describe : describe.skip

withMock(
  'Stripe by its own description (skipped where Go is missing: it builds stripe-mock)',
  () => {
    it('takes every request that the adapter makes', async () => {
      await using mock = await startStripeMock()
      using breakers = startBreakers(() => true)
      const provider = stripeAt(mock.url, breakers)
      const until = new Date(Date.now() + 20_000)
      const ref = aRef()
      const known = { ...ref, chargeId: 'pi_1' }
      await provider.charge({ ...ref, token: 'pm_card_visa' }, until)
      await provider.find(ref, until)
      await provider.find(known, until)
      await provider.confirm(known, until)
      await provider.cancel(known, until)
      const refund = { key: 'refund-1', chargeId: 'pi_1', amount: eur(5) }
      expect(await provider.refund(refund, until)).toBe('refunded')
      expect(mock.answers()).toEqual(Array.from({ length: mock.answers().length }, () => 200))
      expect(mock.answers().length).toBeGreaterThanOrEqual(9)
    }, 240_000)
  },
)
