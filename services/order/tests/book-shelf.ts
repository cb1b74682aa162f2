import type { HoldBook, StockBook } from '@micromart/contracts/product'
import type { PaymentBook, ProviderBook } from '@micromart/contracts/payment'
import type { FakeSidecar } from '@micromart/testing'

const inPages = <T>(
  rows: ReadonlyMap<string, T>,
  { after, limit }: { readonly after: string; readonly limit: number },
): T[] =>
  [...rows]
    .filter(([id]) => id > after)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .slice(0, limit)
    .map(([, row]) => row)

const noBacklog = {
  unsent: 0n,
  oldestUnsentAt: undefined,
  openDeadLetters: 0n,
  abandonedKeys: 0n,
}

/** The other stores' pages, by order id and sku, kept in memory: what the books read beside order's own rows. */
export const bookShelf = (sidecar: FakeSidecar) => {
  const holds = new Map<string, HoldBook>()
  const payments = new Map<string, PaymentBook>()
  const provider = new Map<string, ProviderBook>()
  const stock = new Map<string, StockBook>()
  const leftInCart = new Set<string>()
  const backlogs = new Map<string, Partial<typeof noBacklog>>()
  let providerKnown = true

  sidecar.answer('product', 'ListHoldBooks', ({ afterOrderId: after, limit }) => ({
    items: inPages(holds, { after, limit }),
  }))
  sidecar.answer('product', 'ListStockBooks', ({ afterSku: after, limit }) => ({
    items: inPages(stock, { after, limit }),
  }))
  sidecar.answer('payment', 'ListPaymentBooks', ({ afterOrderId: after, limit }) => ({
    items: inPages(payments, { after, limit }),
  }))
  sidecar.answer('payment', 'ListProviderBooks', ({ afterOrderId: after, limit }) => ({
    available: providerKnown,
    items: providerKnown ? inPages(provider, { after, limit }) : [],
  }))
  sidecar.answer('cart', 'ListTaken', ({ orders }) => ({
    notTakenOrderIds: orders.map(({ orderId }) => orderId).filter((id) => leftInCart.has(id)),
  }))
  for (const app of ['product', 'user', 'cart', 'payment'] as const) {
    sidecar.answer(app, 'GetBacklog', () => ({ ...noBacklog, ...backlogs.get(app) }))
  }
  return {
    holds,
    payments,
    provider,
    stock,
    leftInCart,
    backlogs,
    /** The provider keeps no ledger that can be compared. */
    hideProvider: () => {
      providerKnown = false
    },
  }
}

export type BookShelf = ReturnType<typeof bookShelf>

type Bought = {
  readonly id: string
  readonly lines: readonly { readonly sku: string; readonly quantity: bigint }[]
  readonly total: bigint
  readonly at: Date
}

const money = (orderId: string, captured: bigint, refunded: bigint, updatedAt: Date) => ({
  orderId,
  currency: 'EUR',
  captured,
  refunded,
  updatedAt,
})

/** What the other stores say of an order that was bought, given back, or came to nothing. */
export const shelve = (
  shelf: BookShelf,
  { id, lines, total, at }: Bought,
  end: 'sold' | 'given back' | 'nothing',
): void => {
  const captured = end === 'nothing' ? 0n : total
  const refunded = end === 'given back' ? total : 0n
  shelf.holds.set(id, {
    orderId: id,
    state: { sold: 'claimed', 'given back': 'returned', nothing: 'released' }[end],
    lines,
    returned: end === 'given back' ? lines : [],
    expiresAt: at,
    updatedAt: at,
  })
  shelf.payments.set(id, {
    ...money(id, captured, refunded, at),
    paymentId: id,
    status: end === 'nothing' ? 'declined' : 'captured',
    disputed: 0n,
    imbalance: 0n,
    refundsOpen: 0n,
    provider: 'simulated',
  })
  if (captured > 0n) {
    shelf.provider.set(id, { ...money(id, captured, refunded, at), captures: 1 })
  }
}
