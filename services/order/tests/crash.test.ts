import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderServiceService, OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { systemIds } from '@micromart/kernel'
import { eventually, testClient } from '@micromart/testing'
import type { OrderService } from '../src/service.ts'
import { actionMs } from './fake-shop.ts'
import { mortality } from './mortal.ts'
import { sold } from './sold.ts'
import { aMember, startForTest, type TestShop } from './start.ts'

const death = mortality()
const stack = new AsyncDisposableStack()
let test: TestShop
let heir: OrderService
beforeAll(async () => {
  test = stack.use(await startForTest(death.ports))
  heir = stack.use(await test.replica())
})
afterAll(async () => {
  death.bury()
  await stack.disposeAsync()
})

type Subject = {
  readonly id: string
  readonly rpc: ReturnType<TestShop['as']>
  readonly sku: string
}
type Scenario = {
  readonly step: string
  /** What goes on in the mortal process when it ends. */
  readonly during: string
  /** The entry of the commit behind the step. */
  readonly commit: string
  readonly run: () => Promise<Omit<Subject, 'id'> & { readonly id?: string }>
  /** What happens at the provider meanwhile. */
  readonly meanwhile?: (id: string) => void
  /** What may come of it, and how many of ten units stay in stock. */
  readonly ends: readonly (readonly [OrderStatus, number])[]
}

const { ORDER_STATUS_CANCELLED, ORDER_STATUS_FAILED, ORDER_STATUS_PAID } = OrderStatus
const { ORDER_STATUS_SHIPPED } = OrderStatus

const paid = [ORDER_STATUS_PAID, 8] as const
const failed = [ORDER_STATUS_FAILED, 10] as const
const cancelled = [ORDER_STATUS_CANCELLED, 10] as const

/** Work whose answer never comes. */
const begin = (work: Promise<unknown>) => void work.catch(() => undefined)

/** A client of its own: calls without an answer open a client's breaker. */
const doomed = async (id: string, roles: readonly string[] = ['customer']) => {
  const client = stack.use(await testClient(OrderServiceService, test.service.port))
  return client.as({ token: test.tokens.userToken({ id, roles }) })
}

const placing = (paymentToken: string) => async () => {
  const { id, sku, order: rpc, wish } = aMember(test)
  begin((await doomed(id)).placeOrder({ ...wish, paymentToken }))
  return { sku, rpc }
}

const waiting = async (paymentToken: string) => {
  const { id: userId, sku, order: rpc, wish } = aMember(test)
  const { order } = await rpc.placeOrder({ ...wish, paymentToken })
  return { userId, sku, rpc, id: order?.id ?? '' }
}

/** The provider settles what it has. */
const captured = (id: string) => {
  const isPending = test.shop.payment(id)?.outcome === ChargeOutcome.CHARGE_OUTCOME_PENDING
  if (isPending) test.shop.settlePayment(id, ChargeOutcome.CHARGE_OUTCOME_CAPTURED)
}

const continuing = async () => {
  const one = await waiting('tok_3ds')
  const rpc = await doomed(one.userId)
  begin(rpc.continuePayment({ id: one.id, orderToken: undefined }))
  return one
}

/** A mortal process's sweeper, at a payment that waits. */
const sweeping = (token: string, afterMs: number, meanwhile?: (id: string) => void) => async () => {
  const one = await waiting(token)
  meanwhile?.(one.id)
  test.clock.advance(afterMs)
  const mortal = stack.use(await test.replica(death.ports)) // a sweeper that dies sweeps no more
  begin(mortal.sweep())
  return one
}

const cancelling = async () => {
  const { sku, order: rpc, name, id, userId } = await sold(test)
  begin((await doomed(userId)).cancelOrder(name))
  return { sku, rpc, id }
}

const refunding = async () => {
  const { sku, order: rpc, id, ship } = await sold(test)
  await ship()
  const staff = await doomed(systemIds.next(), ['admin'])
  const lines = [{ sku, quantity: 1 }]
  begin(staff.refundOrder({ id, amount: undefined, lines, reason: 'x', restock: true }))
  return { sku, rpc, id }
}

/** A mortal process's sweeper, when payment has money given back that no order asked for. */
const lookingAround =
  (begun: () => Promise<{ sku: string; rpc: Subject['rpc']; id: string }>) => async () => {
    const one = await begun()
    const mortal = stack.use(await test.replica(death.ports))
    begin(mortal.sweep())
    return one
  }

const paidBackAtDesk = lookingAround(async () => {
  const { sku, order: rpc, id } = await sold(test)
  test.shop.refundAtDesk(id, 2_500n)
  return { sku, rpc, id }
})

const capturedLate = lookingAround(async () => {
  const one = await waiting('tok_declined')
  test.shop.captureLate(one.id)
  return one
})

const atDesk = {
  during: 'a refund at the provider’s desk',
  run: paidBackAtDesk,
  ends: [cancelled],
}
const late = { during: 'a capture that came too late', run: capturedLate, ends: [failed] }

const shipped = [ORDER_STATUS_SHIPPED, 9] as const
const stillShipped = [ORDER_STATUS_SHIPPED, 8] as const

const scenarios: readonly Scenario[] = [
  {
    step: 'hold',
    during: 'a checkout',
    commit: 'prices',
    run: placing('tok_visa'),
    ends: [failed],
  },
  {
    step: 'open payment',
    during: 'a checkout',
    commit: 'prices',
    run: placing('tok_visa'),
    ends: [failed],
  },
  {
    step: 'charge',
    during: 'a checkout',
    commit: 'order.paid',
    run: placing('tok_visa'),
    ends: [paid, failed],
  },
  {
    step: 'charge',
    during: 'a checkout that settles later',
    commit: 'payment.pending',
    run: placing('tok_pending'),
    meanwhile: captured,
    ends: [paid, failed],
  },
  {
    step: 'charge',
    during: 'a checkout that needs an approval',
    commit: 'payment.action_required',
    run: placing('tok_3ds'),
    ends: [failed],
  },
  {
    step: 'release',
    during: 'a decline',
    commit: 'order.failed',
    run: placing('tok_declined'),
    ends: [failed],
  },
  {
    step: 'claim',
    during: 'a sale',
    commit: 'stock.claimed',
    run: placing('tok_visa'),
    ends: [paid],
  },
  {
    step: 'continue',
    during: 'the shopper’s return',
    commit: 'order.paid',
    run: continuing,
    ends: [paid, failed],
  },
  {
    step: 'ask',
    during: 'a sweep',
    commit: 'order.paid',
    run: sweeping('tok_pending', 1_500, captured),
    ends: [paid],
  },
  {
    step: 'claim',
    during: 'a sweep',
    commit: 'stock.claimed',
    run: sweeping('tok_pending', 1_500, captured),
    ends: [paid],
  },
  {
    step: 'cancel',
    during: 'an abandoned approval',
    commit: 'order.failed',
    run: sweeping('tok_3ds_abandon', actionMs + 1_000),
    ends: [failed],
  },
  {
    step: 'release',
    during: 'an abandoned approval',
    commit: 'order.failed',
    run: sweeping('tok_3ds_abandon', actionMs + 1_000),
    ends: [failed],
  },
  {
    step: 'refund',
    during: 'a cancellation',
    commit: 'stock.returned',
    run: cancelling,
    ends: [cancelled],
  },
  {
    step: 'return',
    during: 'a cancellation',
    commit: 'stock.returned',
    run: cancelling,
    ends: [cancelled],
  },
  {
    step: 'save order.cancelled',
    during: 'a cancellation',
    commit: 'order.cancelled',
    run: cancelling,
    ends: [paid, cancelled],
  },
  { step: 'refund', during: 'a refund', commit: 'stock.returned', run: refunding, ends: [shipped] },
  { step: 'return', during: 'a refund', commit: 'stock.returned', run: refunding, ends: [shipped] },
  { step: 'look', commit: 'order.cancelled', ...atDesk },
  { step: 'return', commit: 'stock.returned', ...atDesk },
  { step: 'look', commit: 'payment.late', ...late },
  { step: 'refund', commit: 'payment.refunded', ...late },
  {
    step: 'save refund.asked',
    during: 'a refund',
    commit: 'refund.asked',
    run: refunding,
    ends: [stillShipped, shipped],
  },
]

const moments = [
  ['before the call', ({ step }: Scenario) => death.arm(step, 'before')],
  ['after the effect, before the answer', ({ step }: Scenario) => death.arm(step, 'after')],
  [
    'after the answer, before the commit',
    ({ commit }: Scenario) => death.arm(`save ${commit}`, 'before'),
  ],
  ['after the commit', ({ commit }: Scenario) => death.arm(`save ${commit}`, 'after')],
] as const

const idOf = async ({ rpc, id }: Omit<Subject, 'id'> & { readonly id?: string }) => {
  if (id !== undefined) return id
  const { items } = await rpc.listOrders({ limit: 1, cursor: undefined })
  return items[0]?.id ?? ''
}

/** The other process's sweeper alone, for as long as anything may take. */
const sweepOn = async () => {
  for (const ms of [15_500, 2_500, 3_500, 8_500, actionMs, 8_500, 3_500]) {
    test.clock.advance(ms)
    await heir.sweep()
  }
}

const moneyOf = (id: string) => {
  const payment = test.shop.payment(id)
  const isCaptured =
    payment?.outcome === ChargeOutcome.CHARGE_OUTCOME_CAPTURED || payment?.late !== undefined
  const back = [...(payment?.refunds.values() ?? [])].reduce((sum, one) => sum + one, 0n)
  return { captured: isCaptured ? payment.amount : 0n, back }
}

const once = ['order.paid', 'order.failed', 'order.cancelled', 'stock.claimed', 'stock.returned']

describe.each(scenarios)('a crash at "$step" during $during', (scenario) => {
  it.each(moments)('%s is finished or undone by the sweeper', async (_moment, arm) => {
    const armed = arm(scenario)
    const begun = await scenario.run()
    await eventually(() => expect(armed.reached).toBe(true))
    const id = await idOf(begun)
    scenario.meanwhile?.(id)

    await sweepOn()

    const { order } = await begun.rpc.getOrder({ id, orderToken: undefined })
    const left = test.shop.available(begun.sku)
    expect(scenario.ends).toContainEqual([order?.status, left])
    const { captured: taken, back } = moneyOf(id)
    expect(back).toBe(order?.refunded?.amount ?? 0n)
    const isKept = order?.status === ORDER_STATUS_PAID || order?.status === ORDER_STATUS_SHIPPED
    expect(taken - back).toBe(isKept ? (order.total?.amount ?? 0n) - back : 0n)
    expect(order?.payment?.status).not.toBe(PaymentStatus.PAYMENT_STATUS_REFUND_PENDING)
    const { items } = await begun.rpc.getTimeline({ id, orderToken: undefined })
    for (const event of once) {
      expect(items.filter((entry) => entry.event === event).length).toBeLessThanOrEqual(1)
    }
    const facts = items
      .map(({ event }) => event)
      .filter((event) => /^order\.(paid|failed|cancelled)/.test(event))
    await eventually(() => {
      const told = test.told(id).filter((topic) => /^order\.(paid|failed|cancelled)/.test(topic))
      expect(told).toEqual(facts.map((event) => `${event}.v1`))
    })
  })
})
