import { DomainError, type Clock, type Ids, type Money, money } from '@micromart/kernel'
import type { Cart } from '../model/cart.ts'
import { resumed } from '../model/change.ts'
import {
  CartCheckedOut,
  CartEmpty,
  fieldMissing,
  IdempotencyInProgress,
  TooManyOpenOrders,
} from '../model/errors.ts'
import { answeredAgain, type KeyRef, sameRequest } from '../model/idempotency.ts'
import { after, limits, openOrdersAtMost } from '../model/limits.ts'
import { type Address, type Order, orderNumber, totalsOf, unpriced } from '../model/order.ts'
import type { Carts, Keys, Orders, Users } from '../model/ports.ts'
import { cameToNothing } from '../model/status.ts'
import type { Checkout } from './checkout.ts'

/** What the shopper asks for. The card token passes through: it is never stored, logged or published. */
export type OrderDraft = {
  readonly key: KeyRef
  /** SHA-256, hex, of the canonical request body. */
  readonly fingerprint: string
  /** Trace of this request: replays of a refusal name it again. */
  readonly traceId: string | undefined
  readonly userId: string | undefined
  readonly cartToken: string | undefined
  readonly email: string | undefined
  readonly shipTo: { readonly address: Address } | { readonly addressId: string }
  readonly payment: { readonly method: string; readonly token: string }
  readonly expectedTotal: Money | undefined
}

export type Placed = {
  readonly order: Order
  /** This is an earlier request's frozen answer; `traceId` was that request's. */
  readonly replayed: boolean
  readonly traceId: string | undefined
}

type Deps = {
  readonly carts: Carts
  readonly users: Users
  readonly orders: Orders
  readonly keys: Keys
  readonly clock: Clock
  readonly ids: Ids
  readonly currency: string
}

type Refused = CartEmpty | CartCheckedOut | IdempotencyInProgress | TooManyOpenOrders

/** Writes a PENDING order of a cart, or says why there is none: refusals that a second look may overrule. */
const opening = ({ carts, users, orders, clock, ids, currency }: Deps) => {
  const write = async (
    draft: OrderDraft,
    cart: Cart,
    shopper: Shopper,
  ): Promise<Order | Refused> => {
    const order = newOrder({ draft, cart, shopper, id: ids.next(), at: clock.now(), currency })
    const opened = await orders.open({ order, cart, key: draft.key, row: newRow(draft, order) })
    if ('opened' in opened) return opened.opened
    switch (opened.taken) {
      case 'number':
        return write(draft, cart, shopper) // two ids in a million share their last 40 bits
      case 'cart':
        return new CartCheckedOut(opened.orderId)
      case 'all':
        return new CartEmpty()
      case 'key':
        return new IdempotencyInProgress()
    }
  }
  return async (draft: OrderDraft): Promise<Order | Refused> => {
    const [cart, who, open] = await Promise.all([
      carts.lines(draft.cartToken),
      shopperOf(users, draft),
      draft.userId === undefined ? 0 : orders.openAmong(draft.userId, openOrdersAtMost),
    ])
    if (cart.lines.length === 0) return new CartEmpty()
    if (open >= openOrdersAtMost) return new TooManyOpenOrders(openOrdersAtMost)
    return write(draft, cart, who)
  }
}

/**
 * Turns the shopper's cart into an order. Repeatable: one key, one order; every remote step is keyed by its id.
 * @returns PAID, FAILED (declined) or PAYMENT_PENDING (not known yet): answers, not errors
 * @throws CartEmpty, CartCheckedOut, TooManyOpenOrders, OutOfStock, PriceChanged, PaymentUnavailable; IdempotencyMismatch, IdempotencyInProgress
 */
export const placeOrder = (deps: Deps, checkout: Checkout) => {
  const { orders, keys, clock } = deps
  const open = opening(deps)

  const repeated = async (draft: OrderDraft): Promise<Placed | undefined> => {
    const row = await keys.find(draft.key)
    if (!row) return undefined
    const { frozen, traceId } = sameRequest(row, draft.fingerprint)
    const order = await orders.byId(row.orderId)
    if (!order) throw new DomainError('internal', 'order_missing')
    if (frozen) return { order: answeredAgain(order, frozen, traceId), replayed: true, traceId }
    if (cameToNothing(order.status)) return undefined // its key has been freed since it was read
    if (order.status !== 'PENDING') return fresh(order)
    const lockedUntil = await keys.lock(draft.key, clock.now())
    if (!lockedUntil) throw new IdempotencyInProgress()
    const mine = await orders.save(resumed(order, clock.now()))
    if (!mine) throw new IdempotencyInProgress()
    return fresh(await checkout(mine, draft, lockedUntil))
  }

  return async (draft: OrderDraft): Promise<Placed> => {
    const known = await repeated(draft) // before the cart, which may be empty by now
    if (known) return known
    const opened = await open(draft)
    if (!(opened instanceof DomainError)) {
      return fresh(await checkout(opened, draft, firstLock(opened)))
    }
    // The first request with this key may have emptied or taken the cart meanwhile.
    const late = await repeated(draft)
    if (late) return late
    throw opened
  }
}

const fresh = (order: Order): Placed => ({ order, replayed: false, traceId: undefined })

type Shopper = { readonly email: string; readonly address: Address }

const shopperOf = async (users: Users, { userId, email, shipTo }: OrderDraft): Promise<Shopper> => {
  const given = 'address' in shipTo ? shipTo.address : undefined
  if (email !== undefined && given) return { email, address: given }
  if (userId === undefined) {
    throw given
      ? fieldMissing('/email', 'is needed to buy without an account')
      : fieldMissing('/shippingAddress', 'is needed to buy without an account')
  }
  const details = await users.checkoutDetails('addressId' in shipTo ? shipTo.addressId : undefined)
  const address = given ?? details.address
  if (!address) throw new DomainError('not_found', 'address_not_found')
  return { email: email ?? details.email, address }
}

type Beginning = {
  readonly draft: OrderDraft
  readonly cart: Cart
  readonly shopper: Shopper
  readonly id: string
  readonly at: Date
  readonly currency: string
}

const newOrder = ({ draft, cart, shopper, id, at, currency }: Beginning): Order => ({
  id,
  number: orderNumber(id),
  status: 'PENDING',
  version: 1,
  userId: draft.userId,
  email: shopper.email,
  shipTo: shopper.address,
  lines: cart.lines.map((line) => unpriced(line, currency)),
  totals: totalsOf([], currency),
  payment: { status: 'none', method: draft.payment.method, nextAction: undefined },
  refunded: money(0n, currency),
  openRefund: undefined,
  shipment: { carrier: undefined, trackingCode: undefined },
  cart: { id: cart.id, version: cart.version, key: cart.key },
  stockClaimed: false,
  holdUntil: undefined,
  dueAt: after(at, limits.pending),
  tries: 0,
  createdAt: at,
  updatedAt: at,
})

/** The first attempt has the key from the order's opening on. */
const firstLock = ({ createdAt }: Pick<Order, 'createdAt'>): Date =>
  after(createdAt, limits.attempt)

const newRow = ({ fingerprint, traceId }: OrderDraft, { id, createdAt }: Order) => ({
  orderId: id,
  fingerprint,
  traceId,
  lockedUntil: firstLock({ createdAt }),
  frozen: undefined,
})
