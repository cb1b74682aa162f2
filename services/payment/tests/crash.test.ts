import { describe, expect, it } from '@jest/globals'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { silentLog } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import type { Ports } from '../src/model/ports.ts'
import type { Provider } from '../src/model/provider.ts'
import { aCharge, anOrderId, eur, startForTest, type TestShop } from './start-for-test.ts'
import { aNotice, signed, startHook } from './webhooks-for-test.ts'

const killedNow = (): never => {
  throw new Error('killed')
}

type Call = 'charge' | 'confirm' | 'cancel' | 'refund'

/** Nothing of the call comes back, nothing is committed after it. */
const dyingAt = (provider: Provider, call: Call, step: string): Partial<Ports> => {
  const effect = provider[call] as (...of: readonly unknown[]) => Promise<unknown>
  const die = async (...of: readonly unknown[]) => {
    if (step !== 'before the call') await effect(...of)
    return killedNow()
  }
  return { provider: { ...provider, [call]: die }, log: silentLog }
}

/** After the answer, before the commit: the transaction that would write the outcome never begins. */
const dyingBeforeCommit = (provider: Provider, call: Call): Partial<Ports> => {
  let answered = false
  const effect = provider[call] as (...of: readonly unknown[]) => Promise<unknown>
  const answer = async (...of: readonly unknown[]) => {
    const said = await effect(...of)
    answered = true
    return said
  }
  const now = () => {
    if (answered) throw new Error('killed')
    return new Date()
  }
  return { provider: { ...provider, [call]: answer }, log: silentLog, clock: { now } }
}

const steps = ['before the call', 'after the effect, before the answer', 'before the commit']

const dying = (shop: TestShop, call: Call, step: string) =>
  shop.replica(
    step === 'before the commit'
      ? dyingBeforeCommit(shop.provider, call)
      : dyingAt(shop.provider, call, step),
  )

const outcomeOf = async (shop: TestShop, orderId: string) =>
  (await shop.payment.getPayment({ orderId })).payment?.outcome

const balanced = async (shop: TestShop) => {
  const { items } = await shop.payment.listPaymentBooks({ afterOrderId: '', limit: 10 })
  const { items: theirs } = await shop.payment.listProviderBooks({ afterOrderId: '', limit: 10 })
  for (const { orderId, imbalance, captured, refunded } of items) {
    const their = theirs.find((book) => book.orderId === orderId)
    expect([imbalance, captured, refunded]).toEqual([
      0n,
      their?.captured ?? 0n,
      their?.refunded ?? 0n,
    ])
  }
  for (const { captures } of theirs) expect(captures).toBe(1)
}

describe.each(steps)('killed %s', (step) => {
  it.each(['tok_visa', 'tok_pending', 'tok_3ds'])(
    'a charge (%s) is one charge in the end',
    async (token) => {
      await using shop = await startForTest({ providerEnv: { PROVIDER_SETTLE_SECONDS: '0.1' } })
      const replica = await dying(shop, 'charge', step)
      const orderId = anOrderId()
      await expect(replica.charge(aCharge(orderId, token))).rejects.toMatchObject({
        kind: 'internal',
      })
      const outcome = await outcomeOf(shop, orderId)
      const none = step === 'before the call'
      if (none) expect(outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_NONE)
      await shop.payment.charge(aCharge(orderId, token)) // the shopper's own repeat
      await shop.payment.continueCharge({ orderId })
      await eventually(async () =>
        expect(await outcomeOf(shop, orderId)).toBe(ChargeOutcome.CHARGE_OUTCOME_CAPTURED),
      )
      expect(await shop.ledger(orderId)).toHaveLength(1)
      await balanced(shop)
      await eventually(() => expect(shop.sidecar.published()).toHaveLength(1))
    },
  )

  it('a confirmation is heard of afterwards', async () => {
    await using shop = await startForTest()
    const replica = await dying(shop, 'confirm', step)
    const orderId = anOrderId()
    await shop.payment.charge(aCharge(orderId, 'tok_3ds'))
    await expect(replica.continueCharge({ orderId })).rejects.toMatchObject({ kind: 'internal' })
    await shop.payment.continueCharge({ orderId })
    expect(await outcomeOf(shop, orderId)).toBe(ChargeOutcome.CHARGE_OUTCOME_CAPTURED)
    expect(await shop.ledger(orderId)).toHaveLength(1)
    await balanced(shop)
  })

  it('a cancellation holds when it is repeated', async () => {
    await using shop = await startForTest()
    const replica = await dying(shop, 'cancel', step)
    const orderId = anOrderId()
    await shop.payment.charge(aCharge(orderId, 'tok_3ds'))
    await expect(replica.cancelPayment({ orderId })).rejects.toMatchObject({ kind: 'internal' })
    expect(await shop.payment.cancelPayment({ orderId })).toEqual({
      outcome: ChargeOutcome.CHARGE_OUTCOME_CANCELLED,
    })
    expect(await shop.ledger(orderId)).toEqual([])
    await balanced(shop)
  })

  it('late money goes back once in the end', async () => {
    await using hook = await startHook()
    const providerEnv = { PROVIDER_WEBHOOK_URL: hook.url, PROVIDER_SETTLE_SECONDS: '0.1' }
    let ahead = 0
    const clock = { now: () => new Date(Date.now() + ahead) }
    await using shop = await startForTest({ providerEnv, overrides: { clock } })
    const ids = { next: killedNow }
    const deaf = await shop.replica({ ids, log: silentLog })
    const orderId = anOrderId()
    await shop.payment.charge(aCharge(orderId, 'tok_late_capture'))
    let died = false
    hook.passTo(async (notice) => {
      if (died) return shop.payment.receiveWebhook(notice)
      died = true
      return deaf.receiveWebhook(notice) // before its commit: the provider tells it again
    })
    const open = async () =>
      (await shop.payment.listPaymentBooks({ afterOrderId: '', limit: 10 })).items[0]?.refundsOpen
    await eventually(async () => expect(await open()).toBe(1999n))
    const faulty =
      step === 'before the commit'
        ? dyingBeforeCommit(shop.provider, 'refund')
        : dyingAt(shop.provider, 'refund', step)
    await shop.sweep(faulty)
    expect(await open()).toBe(1999n)
    ahead += 2_000
    await shop.sweep()
    expect((await shop.ledger(orderId)).map(({ kind }) => kind)).toEqual(['capture', 'refund'])
    await balanced(shop)
    expect(await shop.metric('micromart_captures_late_total')).toBe(1)
    expect(await shop.metric('micromart_notices_unbooked_total')).toBe(0)
    await eventually(() => expect(shop.sidecar.published()).toHaveLength(3))
  })

  it('a refund is one refund in the end', async () => {
    await using shop = await startForTest()
    const replica = await dying(shop, 'refund', step)
    const orderId = anOrderId()
    await shop.payment.charge(aCharge(orderId))
    const refund = { orderId, refundId: anOrderId(), amount: eur(1999) }
    await expect(replica.refund(refund)).rejects.toMatchObject({ kind: 'internal' })
    expect(await shop.payment.refund(refund)).toMatchObject({ refunded: true })
    expect((await shop.ledger(orderId)).filter(({ kind }) => kind === 'refund')).toHaveLength(1)
    await balanced(shop)
    await eventually(() => expect(shop.sidecar.published()).toHaveLength(2))
  })
})

describe('the provider', () => {
  it('that dies after the charge, the head of its answer sent, has charged once', async () => {
    await using shop = await startForTest()
    const orderId = anOrderId()
    await shop.arm({ reference: orderId, step: 'after', kind: 'reset' })
    const { payment } = await shop.payment.charge(aCharge(orderId))
    expect(payment?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_CAPTURED)
    expect(await shop.ledger(orderId)).toHaveLength(1)
  })

  it('whose webhook is taken by a replica that dies before its commit tells it again', async () => {
    await using shop = await startForTest({ providerEnv: { PROVIDER_SETTLE_SECONDS: '600' } })
    const orderId = anOrderId()
    await shop.payment.charge(aCharge(orderId, 'tok_pending'))
    const ids = { next: killedNow }
    const replica = await shop.replica({ ids, log: silentLog })
    const data = { id: 'c1', key: 'k', reference: orderId, status: 'succeeded' }
    const notice = signed(aNotice('charge.succeeded', data))
    await expect(replica.receiveWebhook(notice)).rejects.toMatchObject({ kind: 'internal' })
    expect(await shop.query('SELECT * FROM inbox')).toEqual([])
    expect(await shop.payment.receiveWebhook(notice)).toEqual({ applied: true })
    expect(await shop.payment.receiveWebhook(notice)).toEqual({ applied: false })
  })
})
