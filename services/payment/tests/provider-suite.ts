import { expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import type { ChargeOrder, ChargeRef, Provider } from '../src/model/provider.ts'
import { eur } from './start-for-test.ts'

/** A provider with what the suite has to do behind its back. */
export type World = AsyncDisposable & {
  readonly provider: Provider
  readonly tokens: Readonly<
    Record<'approved' | 'declined' | 'unknown' | 'pending' | 'action', string>
  >
  /** Captures of an order, minor units each. */
  readonly captures: (orderId: string) => Promise<readonly number[]>
  readonly refunds: (orderId: string) => Promise<readonly number[]>
  /** The shopper authenticates. */
  readonly authenticate: (charge: { readonly chargeId: string }) => Promise<void>
  /** What is pending succeeds. */
  readonly settle: (charge: { readonly chargeId: string }) => Promise<void>
  /** The answer to the next charge, or refund, gets lost after its effect. */
  readonly loseNext: (operation: 'charge' | 'refund') => Promise<void>
  readonly stop: () => Promise<void>
}

const inTime = () => new Date(Date.now() + 5000)

export const aRef = (amount = 1999): ChargeRef => {
  const orderId = systemIds.next()
  return { key: `payment-${orderId}`, orderId, chargeId: undefined, amount: eur(amount) }
}

const orderOf = (ref: ChargeRef, token: string): ChargeOrder => ({ ...ref, token })

const charging = async (world: World, token: string, ref = aRef()) => {
  const answer = await world.provider.charge(orderOf(ref, token), inTime())
  return { ref, answer, find: () => world.provider.find(ref, inTime()) }
}

const capturedOne = async (world: World) => {
  const { ref, answer } = await charging(world, world.tokens.approved)
  if (answer.status !== 'captured') throw new Error(`not captured: ${answer.status}`)
  return { ref, chargeId: answer.chargeId }
}

/** What every provider owes: run over each implementation of the port. */
export const providerSuite = (start: () => Promise<World>): void => {
  it('captures once per key, and finds it again', async () => {
    await using world = await start()
    const { ref, answer, find } = await charging(world, world.tokens.approved)
    expect(answer).toEqual({ status: 'captured', chargeId: expect.any(String) })
    expect((await charging(world, world.tokens.approved, ref)).answer).toEqual(answer)
    expect(await find()).toEqual(answer)
    expect(await world.captures(ref.orderId)).toEqual([1999])
  })

  it('declines with a reason, and finds that again', async () => {
    await using world = await start()
    const { ref, answer, find } = await charging(world, world.tokens.declined)
    expect(answer).toEqual({ status: 'declined', code: expect.stringMatching(/^[a-z_]+$/) })
    expect(await find()).toEqual(answer)
    expect(await world.captures(ref.orderId)).toEqual([])
  })

  it('declines a token that it never issued', async () => {
    await using world = await start()
    const { answer } = await charging(world, world.tokens.unknown)
    expect(answer).toEqual({ status: 'declined', code: 'invalid_token' })
  })

  it('is sure of what it was never asked for', async () => {
    await using world = await start()
    expect(await world.provider.find(aRef(), inTime())).toEqual({ status: 'never_made' })
  })

  it('ends a charge before it came, so that it can succeed no more', async () => {
    await using world = await start()
    const ref = aRef()
    expect(await world.provider.cancel(ref, inTime())).toEqual({ status: 'cancelled' })
    const { answer, find } = await charging(world, world.tokens.approved, ref)
    expect(answer).toEqual({ status: 'cancelled' })
    expect(await find()).toEqual({ status: 'cancelled' })
    expect(await world.provider.cancel(ref, inTime())).toEqual({ status: 'cancelled' })
    expect(await world.captures(ref.orderId)).toEqual([])
  })

  it('says that a cancellation comes too late', async () => {
    await using world = await start()
    const { ref, chargeId } = await capturedOne(world)
    const late = await world.provider.cancel(ref, inTime())
    expect(late).toEqual({ status: 'captured', chargeId })
  })

  it('waits for the shopper, then goes on, by its own id as by our key', async () => {
    await using world = await start()
    const { ref, answer, find } = await charging(world, world.tokens.action)
    if (answer.status !== 'requires_action') throw new Error(answer.status)
    expect(answer.nextAction).toEqual({
      url: expect.stringMatching(/^https?:/),
      expiresAt: expect.any(Date),
    })
    expect(await find()).toEqual(answer)
    expect(await world.captures(ref.orderId)).toEqual([])
    await world.authenticate(answer)
    const known = { ...ref, chargeId: answer.chargeId }
    const captured = { status: 'captured', chargeId: answer.chargeId }
    expect(await world.provider.confirm(known, inTime())).toEqual(captured)
    expect(await world.provider.confirm(known, inTime())).toEqual(captured)
    expect(await world.captures(ref.orderId)).toEqual([1999])
  })

  it('settles what is pending in its own time', async () => {
    await using world = await start()
    const { ref, answer, find } = await charging(world, world.tokens.pending)
    if (answer.status !== 'pending') throw new Error(answer.status)
    expect(await find()).toEqual(answer)
    await world.settle(answer)
    expect(await find()).toEqual({ status: 'captured', chargeId: answer.chargeId })
    expect(await world.captures(ref.orderId)).toEqual([1999])
  })

  it.each(['pending', 'action'] as const)('cancels what has not ended: %s', async (token) => {
    await using world = await start()
    const { ref } = await charging(world, world.tokens[token])
    expect(await world.provider.cancel(ref, inTime())).toEqual({ status: 'cancelled' })
    expect(await world.captures(ref.orderId)).toEqual([])
  })

  it('knows what became of a charge whose answer was lost', async () => {
    await using world = await start()
    await world.loseNext('charge')
    const { ref, answer, find } = await charging(world, world.tokens.approved)
    expect(['unknown', 'captured']).toContain(answer.status) // Stripe's library asks again by itself
    expect(await find()).toMatchObject({ status: 'captured' })
    const again = await charging(world, world.tokens.approved, ref)
    expect(again.answer).toMatchObject({ status: 'captured' })
    expect(await world.captures(ref.orderId)).toEqual([1999])
  })

  it('gives back once per key, in parts, and never more than it took', async () => {
    await using world = await start()
    const { ref, chargeId } = await capturedOne(world)
    const refund = (key: string, amount: number) =>
      world.provider.refund({ key: `refund-${key}`, chargeId, amount: eur(amount) }, inTime())
    const [a, b, c] = [systemIds.next(), systemIds.next(), systemIds.next()]
    expect([await refund(a, 999), await refund(a, 999)]).toEqual(['refunded', 'refunded'])
    expect(await refund(b, 1001)).toBe('refused')
    expect(await refund(c, 1000)).toBe('refunded')
    expect(await world.refunds(ref.orderId)).toEqual([999, 1000])
  })

  it('knows what became of a refund whose answer was lost', async () => {
    await using world = await start()
    const { ref, chargeId } = await capturedOne(world)
    const order = { key: `refund-${systemIds.next()}`, chargeId, amount: eur(1999) }
    await world.loseNext('refund')
    expect(['unknown', 'refunded']).toContain(await world.provider.refund(order, inTime()))
    expect(await world.provider.refund(order, inTime())).toBe('refunded')
    expect(await world.refunds(ref.orderId)).toEqual([1999])
  })

  it('answers that it does not know when it is away, or when there is no time left', async () => {
    await using world = await start()
    const { ref, chargeId } = await capturedOne(world)
    const { provider, tokens } = world
    const refund = { key: `refund-${systemIds.next()}`, chargeId, amount: eur(1) }
    const askAll = async (until: Date) => [
      await provider.charge(orderOf(aRef(), tokens.approved), until),
      await provider.find(ref, until),
      await provider.confirm(ref, until),
      await provider.cancel(aRef(), until),
      await provider.refund(refund, until),
    ]
    const unknown = { status: 'unknown' }
    const nothing = [unknown, unknown, unknown, unknown, 'unknown']
    expect(await askAll(new Date())).toEqual(nothing)
    await world.stop()
    expect(await askAll(inTime())).toEqual(nothing)
  })
}
