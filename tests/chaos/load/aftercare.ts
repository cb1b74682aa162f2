import type { Answer } from './client.ts'
import { buy, guest, one, type Scenario, type Turn } from './buying.ts'
import { cancel } from './shopping.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

type Refund = {
  readonly order: string
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
}

const refund = (
  { world, process }: Turn,
  { order, key, body }: Refund,
  side = '',
): Promise<Answer> =>
  world.staff.call({
    op: 'refund',
    process: `${process}${side}`,
    method: 'POST',
    path: `/v1/admin/orders/${order}/refunds`,
    key,
    body,
    asked: { order },
  })

const fulfil = ({ world, process }: Turn, order: string, step: 'ship' | 'deliver', side = '') =>
  world.staff.call({
    op: step,
    process: `${process}${side}`,
    method: 'POST',
    path: `/v1/admin/orders/${order}/${step}`,
    body: step === 'ship' ? { carrier: 'DHL', trackingCode: 'JD0123' } : {},
    asked: { order },
  })

const paidOrder = async (turn: Turn) => {
  const { world, random } = turn
  const bought = await buy(
    turn,
    guest(turn),
    [one(random.pick(world.spread), random.int(2, 4))],
    'tok_visa',
  )
  const id = bought?.answer.status === 201 ? bought.answer.order?.id : undefined
  const item = bought?.answer.order?.items[0]
  return bought && id !== undefined && item ? { ...bought, id, item } : undefined
}

/** Two people refund one order at once, one of them twice under one key; together they may want more than was paid. */
const refundRace: Scenario = async (turn) => {
  const { world, random } = turn
  if (!world.features.refunds) return
  const paid = await paidOrder(turn)
  if (!paid) return
  const part = {
    amount: { amount: random.int(1, paid.item.unitPrice), currency: 'EUR' },
    reason: 'chaos',
  }
  const lines = {
    lines: [{ sku: paid.item.sku, quantity: 1 }],
    restock: random.chance(0.5),
    reason: 'chaos',
  }
  const all = { reason: 'chaos' }
  const refunds = [part, lines, all].map((body) => ({
    order: paid.id,
    key: `refund-${random.word(16)}`,
    body,
  }))
  const chosen = random.shuffled(refunds).slice(0, 2)
  await Promise.all([
    refund(turn, chosen[0]!),
    refund(turn, chosen[0]!, 'b'),
    refund(turn, chosen[1]!, 'c'),
    ...(random.chance(0.3)
      ? [cancel(world.client, paid.attempt, paid.answer, `${turn.process}d`)]
      : []),
  ])
  // An unknown end is asked for again, as a careful desk does.
  for (const each of chosen) {
    for (let tries = 0; tries < 4; tries += 1) {
      const { outcome } = await refund(turn, each)
      if (outcome !== 'info') break
      await pause(500 * 2 ** tries)
    }
  }
}

/** Ships while the shopper cancels: one of them wins. */
const shipRace: Scenario = async (turn) => {
  const { world, random, process } = turn
  if (!world.features.shipping) return
  const paid = await paidOrder(turn)
  if (!paid) return
  if (random.chance(0.5)) await pause(random.int(0, 600))
  const [shipped] = await Promise.all([
    fulfil(turn, paid.id, 'ship'),
    ...(random.chance(0.4) ? [cancel(world.client, paid.attempt, paid.answer, `${process}b`)] : []),
  ])
  if (shipped.outcome !== 'ok' || random.chance(0.3)) return
  await fulfil(turn, paid.id, 'deliver')
  if (random.chance(0.5)) {
    const body = { reason: 'chaos' }
    await refund(turn, { order: paid.id, key: `refund-${random.word(16)}`, body })
  }
}

/** Somebody gives money back at the provider's own desk, while the shopper cancels or our own desk refunds. */
const deskRace: Scenario = async (turn) => {
  const { world, random, process } = turn
  const paid = await paidOrder(turn)
  if (!paid) return
  const part = random.chance(0.6) ? { amount: random.int(1, paid.item.unitPrice) } : {}
  const atDesk = () => world.provider('POST', '/v1/desk/refunds', { reference: paid.id, ...part })
  const own = { order: paid.id, key: `refund-${random.word(16)}`, body: { reason: 'chaos' } }
  await Promise.all([
    atDesk(),
    ...(random.chance(0.3) ? [cancel(world.client, paid.attempt, paid.answer, `${process}b`)] : []),
    ...(random.chance(0.3) ? [refund(turn, own, 'c')] : []),
  ])
}

/** What follows a purchase. */
export const lateScenarios = {
  desk: { weight: 4, run: deskRace },
  refund: { weight: 7, run: refundRace },
  ship: { weight: 6, run: shipRace },
} as const
