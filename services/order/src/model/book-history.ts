import { hasStatus, type OrderBook } from './book-record.ts'
import { type BookRule, wrongs } from './book-rule.ts'
import { moves, type OrderStatus } from './status.ts'

/** The statuses it went through, each once per stay. */
const path = ({ timeline }: OrderBook): readonly OrderStatus[] =>
  timeline.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1])

const isLegal = (from: OrderStatus, to: OrderStatus): boolean => moves[from]?.includes(to) ?? false

const reaches = (from: OrderStatus, to: OrderStatus): boolean =>
  from === to || (moves[from] ?? []).some((next) => reaches(next, to))

const ownerMatches = ({ userId, cart }: OrderBook): boolean =>
  userId === undefined ? cart.key.startsWith('guest:') : cart.key === `member:${userId}`

/** What an answer promised is there: the order, its lines, its owner, in the answered state or one that follows from it. */
export const nothingLost: BookRule = {
  id: 'I5',
  judge: ({ order }) => {
    if (!order) return undefined
    const { answered, lines, status } = order
    return wrongs([
      [lines.length === 0, 'it has no lines'],
      [lines.some(({ quantity }) => quantity <= 0n), 'a line has no quantity'],
      [!ownerMatches(order), 'its owner is not its cart’s'],
      [
        answered !== undefined && !reaches(answered, status),
        `its client was told ${answered}, it is ${status}`,
      ],
    ])
  },
}

/** The table of legal moves is `status.ts`. */
export const historyIsLegal: BookRule = {
  id: 'I13',
  judge: ({ order }) => {
    if (!order) return undefined
    const steps = path(order)
    const first = order.timeline[0]?.event ?? 'nothing'
    const illegal = steps.flatMap((to, at) => {
      const from = steps[at - 1]
      return from === undefined || isLegal(from, to) ? [] : [`${from} -> ${to}`]
    })
    return wrongs([
      [first !== 'order.placed' || steps[0] !== 'PENDING', `its history begins with ${first}`],
      [illegal.length > 0, `illegal: ${illegal.join(', ')}`],
      [steps.at(-1) !== order.status, `its history ends at ${steps.at(-1)}, it is ${order.status}`],
    ])
  },
}

const factOf: Readonly<Partial<Record<OrderStatus, string>>> = {
  PAID: 'paid',
  REJECTED: 'rejected',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
  SHIPPED: 'shipped',
  DELIVERED: 'delivered',
}

/** Told once for each refund, of a part or of all. */
const refunded = 'refunded'

/** Once in an order's life; an event whose inbox was passed over shows as a second one. */
const onlyOnce = [
  'order.placed',
  'order.paid',
  'order.rejected',
  'order.failed',
  'order.cancelled',
  'order.shipped',
  'order.delivered',
  'payment.charged',
  'payment.late',
  'stock.held',
  'stock.claimed',
  'stock.released',
] as const

const missingEvents = (order: OrderBook, since: Date): readonly string[] => {
  const told = new Set(order.events.map(({ fact }) => fact))
  return path(order).flatMap((status) => {
    const fact = factOf[status]
    const entry = order.timeline.find((one) => one.status === status)
    if (!fact || !entry || entry.at < since || told.has(fact)) return []
    return [`${status} was never told`]
  })
}

const falseEvents = (order: OrderBook): readonly string[] => {
  const due = new Set(path(order).map((status) => factOf[status]))
  return order.events.flatMap(({ fact }, at) => {
    if (fact === refunded) return []
    if (!due.has(fact)) return [`"${fact}" was told, it never was so`]
    const again = order.events.findIndex((one) => one.fact === fact) < at
    return again ? [`"${fact}" was told twice`] : []
  })
}

const refundEvents = (order: OrderBook, since: Date): readonly string[] => {
  // One that only took goods back is nobody's news.
  const through = order.refunds.filter(({ status, amount }) => status === 'refunded' && amount > 0n)
  const least = through.filter(({ updatedAt }) => updatedAt >= since).length
  const told = order.events.filter(({ fact }) => fact === refunded).length
  return wrongs([
    [told < least || told > through.length, `${told} events tell of ${through.length} refunds`],
  ])
}

const repeated = ({ timeline }: OrderBook): readonly string[] =>
  onlyOnce
    .filter((event) => timeline.filter((entry) => entry.event === event).length > 1)
    .map((event) => `${event} happened twice`)

export const eventsAreTheHistory: BookRule = {
  id: 'I10',
  judge: ({ order }, { eventsSince }) => {
    if (!order) return undefined
    return [
      ...missingEvents(order, eventsSince),
      ...refundEvents(order, eventsSince),
      ...falseEvents(order),
      ...repeated(order),
    ]
  },
}

/** The first moment at which an order was paid. */
export const paidAt = ({ timeline }: OrderBook): Date | undefined =>
  timeline.find(({ status }) => status === 'PAID')?.at

/** Whether `order.paid` has been on its way long enough to have reached the cart. */
export const paidWasTold = (order: OrderBook, cut: Date): boolean => {
  const at = paidAt(order)
  if (at === undefined || at > cut) return false
  const event = order.events.find(({ fact }) => fact === factOf.PAID)
  return event === undefined || (event.sentAt !== undefined && event.sentAt <= cut)
}

export const cartGaveItsGoods: BookRule = {
  id: 'I11',
  judge: ({ order, leftInCart }, { cut }) => {
    if (!order || hasStatus(order, 'PENDING') || !paidWasTold(order, cut)) return undefined
    return wrongs([[leftInCart, `cart ${order.cart.id} still holds what was bought`]])
  },
}
