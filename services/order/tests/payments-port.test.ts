import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { connectSidecar } from '@micromart/dapr'
import { money, silentLog, systemIds } from '@micromart/kernel'
import { eventually, startFakeSidecar } from '@micromart/testing'
import { startForTest as startPayment } from '../../payment/tests/start-for-test.ts'
import { startHook } from '../../payment/tests/webhooks-for-test.ts'
import { paymentsRpc } from '../src/client/payments-rpc.ts'
import type { Payments } from '../src/model/ports.ts'
import { fakeShop } from './fake-shop.ts'

type UnderTest = {
  readonly payments: Payments
  /** Somebody gives money back at the provider's own desk. */
  readonly refundAtDesk: (orderId: string, amount: number) => Promise<unknown>
}

/** What the other tests of order stand on. */
const theFake = async (stack: AsyncDisposableStack): Promise<UnderTest> => {
  const sidecar = stack.use(await startFakeSidecar({ appId: 'order' }))
  const shop = fakeShop(sidecar)
  const { grpcPort, httpPort } = sidecar
  const at = { grpcPort, httpPort, apiToken: undefined, appId: 'order' }
  const wire = stack.use(await connectSidecar(at))
  return {
    payments: paymentsRpc(wire.client(PaymentServiceService, apps.payment), silentLog),
    refundAtDesk: async (orderId, amount) => shop.refundAtDesk(orderId, BigInt(amount)),
  }
}

/** The payment service with the provider behind it. */
const theRealOne = async (stack: AsyncDisposableStack): Promise<UnderTest> => {
  const hook = stack.use(await startHook())
  const providerEnv = { PROVIDER_SETTLE_SECONDS: '3600', PROVIDER_WEBHOOK_URL: hook.url }
  const shop = stack.use(await startPayment({ providerEnv }))
  hook.passTo((notice) => shop.payment.receiveWebhook(notice))
  return { payments: paymentsRpc(shop.payment, silentLog), refundAtDesk: shop.refundAtDesk }
}

const eur = (amount: bigint) => money(amount, 'EUR')

describe.each([
  ['the fake', theFake],
  ['the real one', theRealOne],
])('payments, %s', (_which, start) => {
  const stack = new AsyncDisposableStack()
  let payments: Payments
  let refundAtDesk: UnderTest['refundAtDesk']
  beforeAll(async () => {
    ;({ payments, refundAtDesk } = await start(stack))
  })
  afterAll(() => stack.disposeAsync())

  const charged = async (token: string) => {
    const id = systemIds.next()
    await payments.open(id)
    return { id, charge: await payments.charge(id, eur(1_999n), token) }
  }
  const aRefund = (orderId: string, amount: bigint) => ({
    id: systemIds.next(),
    orderId,
    amount: eur(amount),
  })

  it('capture once, and say so again', async () => {
    const { id, charge } = await charged('tok_visa')
    expect(charge).toEqual({ outcome: 'captured' })
    expect(await payments.charge(id, eur(1_999n), 'tok_visa')).toEqual(charge)
    expect(await payments.outcome(id)).toEqual(charge)
    expect(await payments.cancel(id)).toEqual(charge) // too late
  })

  it('say why a card was declined', async () => {
    const { id, charge } = await charged('tok_insufficient_funds')
    expect(charge).toEqual({ outcome: 'declined', code: 'insufficient_funds' })
    expect(await payments.outcome(id)).toEqual(charge)
    expect((await payments.cancel(id)).outcome).toBe('declined')
  })

  it('know of none that nobody opened, and none that was only opened', async () => {
    const id = systemIds.next()
    expect(await payments.outcome(id)).toEqual({ outcome: 'none' })
    await payments.open(id)
    expect(await payments.outcome(id)).toEqual({ outcome: 'none' })
  })

  it.each([true, false])('never charge what was cancelled before (opened: %s)', async (opened) => {
    const id = systemIds.next()
    if (opened) await payments.open(id)
    expect(await payments.cancel(id)).toEqual({ outcome: 'cancelled' })
    await payments.open(id)
    expect(await payments.charge(id, eur(1_999n), 'tok_visa')).toEqual({ outcome: 'cancelled' })
    expect(await payments.outcome(id)).toEqual({ outcome: 'cancelled' })
  })

  it('are pending until the provider settles', async () => {
    const { id, charge } = await charged('tok_pending')
    expect(charge).toEqual({ outcome: 'pending' })
    expect(await payments.outcome(id)).toEqual(charge)
    expect(await payments.proceed(id)).toEqual(charge) // nobody waits for the shopper
  })

  it('wait for the shopper, then capture', async () => {
    const { id, charge } = await charged('tok_3ds')
    const action = {
      type: 'redirect',
      url: expect.stringMatching(/^http/),
      expiresAt: expect.any(Date),
    }
    expect(charge).toEqual({ outcome: 'requires_action', action })
    expect(await payments.outcome(id)).toEqual(charge)
    expect(await payments.proceed(id)).toEqual({ outcome: 'captured' })
    expect(await payments.proceed(id)).toEqual({ outcome: 'captured' })
  })

  it('wait for the shopper, who fails', async () => {
    const { id } = await charged('tok_3ds_fail')
    expect((await payments.proceed(id)).outcome).toBe('declined')
    expect((await payments.outcome(id)).outcome).toBe('declined')
  })

  it('wait for the shopper, who never comes: cancelled, and nothing goes on', async () => {
    const { id, charge } = await charged('tok_3ds_abandon')
    expect(await payments.proceed(id)).toEqual(charge)
    expect(await payments.cancel(id)).toEqual({ outcome: 'cancelled' })
    expect((await payments.proceed(id)).outcome).toBe('cancelled')
  })

  it('give back once per refund, and never more than was captured', async () => {
    const { id } = await charged('tok_visa')
    const refund = aRefund(id, 1_500n)
    expect(await payments.refund(refund)).toBe('refunded')
    expect(await payments.refund(refund)).toBe('refunded')
    expect(await payments.refund(aRefund(id, 500n))).toBe('refused')
    expect(await payments.refund(aRefund(id, 499n))).toBe('refunded')
  })

  it('list what was given back at the provider’s desk, after a mark, and confirm it when asked', async () => {
    const { id } = await charged('tok_visa')
    const listed = async (after?: Parameters<Payments['foreignRefunds']>[0]) =>
      (await payments.foreignRefunds(after, 10)).filter(({ orderId }) => orderId === id)
    for (const amount of [500, 400]) {
      const before = (await listed()).length
      await refundAtDesk(id, amount)
      await eventually(async () => expect(await listed()).toHaveLength(before + 1))
    }
    const [first, second] = await listed()
    expect([first?.amount, second?.amount]).toEqual([eur(500n), eur(400n)])
    expect([first?.origin, second?.origin]).toEqual(['desk', 'desk'])
    expect(first && (await listed(first))).toEqual([second])
    const since = second && { bookedAt: second.bookedAt, id: undefined }
    expect(await listed(since)).toEqual([second])
    expect(first && (await payments.refund(first))).toBe('refunded')
    expect(await payments.refund(aRefund(id, 1_100n))).toBe('refused')
    expect(await payments.refund(aRefund(id, 1_099n))).toBe('refunded')
  })

  it('refuse for good what the provider keeps, and what was never captured', async () => {
    const { id } = await charged('tok_refund_refused')
    const refund = aRefund(id, 1_999n)
    expect(await payments.refund(refund)).toBe('refused')
    expect(await payments.refund(refund)).toBe('refused')
    const declined = await charged('tok_declined')
    expect(await payments.refund(aRefund(declined.id, 1n))).toBe('refused')
    expect(await payments.refund(aRefund(systemIds.next(), 1n))).toBe('refused')
  })
})
