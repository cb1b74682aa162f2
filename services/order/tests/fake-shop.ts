import { ChargeOutcome, RefundOrigin } from '@micromart/contracts/payment'
import { DomainError, money, systemIds } from '@micromart/kernel'
import type { FakeSidecar, StubCall } from '@micromart/testing'

type Line = { readonly sku: string; readonly quantity: number }
type Offer = { readonly title: string; price: bigint; available: number }
type FakeCart = { id: string; version: string; lines: Line[]; taken: string[]; merged: string[] }
type FakePayment = {
  outcome: ChargeOutcome
  amount: bigint
  refunds: Map<string, bigint>
  token: string
  refusesRefunds: boolean
  /** Captured although it had ended: payment gives it back under this refund. */
  late: string | undefined
}
type FakeForeign = {
  readonly refundId: string
  readonly orderId: string
  readonly amount: { readonly amount: bigint; readonly currency: string }
  readonly origin: RefundOrigin
  readonly bookedAt: Date
}
type FakeHold = { state: string; lines: readonly Line[]; returns: Map<string, readonly Line[]> }

const untouched = (): FakePayment => ({
  outcome: ChargeOutcome.CHARGE_OUTCOME_NONE,
  amount: 0n,
  refunds: new Map(),
  token: '',
  refusesRefunds: false,
  late: undefined,
})

/** What a stub does instead, for its next calls: an error to throw, or work before its own answer. */
type Trick = () => void | Promise<void>

const subjectOf = (token: string): string => {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return String((claims as { sub: unknown }).sub)
}

const outcomes: Readonly<Record<string, ChargeOutcome>> = {
  tok_visa: ChargeOutcome.CHARGE_OUTCOME_CAPTURED,
  tok_refund_refused: ChargeOutcome.CHARGE_OUTCOME_CAPTURED,
  tok_declined: ChargeOutcome.CHARGE_OUTCOME_DECLINED,
  tok_timeout: ChargeOutcome.CHARGE_OUTCOME_UNKNOWN,
  tok_pending: ChargeOutcome.CHARGE_OUTCOME_PENDING,
  tok_3ds: ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION,
  tok_3ds_fail: ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION,
  tok_3ds_abandon: ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION,
}

/** What becomes of a payment when the shopper comes back. */
const continued: Readonly<Record<string, ChargeOutcome>> = {
  tok_3ds: ChargeOutcome.CHARGE_OUTCOME_CAPTURED,
  tok_3ds_fail: ChargeOutcome.CHARGE_OUTCOME_DECLINED,
}

const cancellable: readonly ChargeOutcome[] = [
  ChargeOutcome.CHARGE_OUTCOME_NONE,
  ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION,
]

/** How long the shopper has. */
export const actionMs = 300_000

/** The other services as far as checkout sees them: carts, holds and payments by order id, kept in memory. */
export const fakeShop = (sidecar: FakeSidecar) => {
  const carts = new Map<string, FakeCart>()
  const offers = new Map<string, Offer>()
  const holds = new Map<string, FakeHold>()
  const payments = new Map<string, FakePayment>()
  const foreign: FakeForeign[] = []
  const tricks = new Map<string, Trick[]>()

  const play = async (rpc: string) => {
    const trick = tricks.get(rpc)?.shift()
    await trick?.()
  }
  const offer = (sku: string): Offer => offers.get(sku) ?? { title: sku, price: 0n, available: 0 }
  const payment = (orderId: string): FakePayment => {
    const known = payments.get(orderId)
    if (!known) throw new DomainError('not_found', 'payment_not_found')
    return known
  }
  const cartOf = (cartToken: string | undefined, { token }: StubCall) =>
    carts.get(token === undefined ? (cartToken ?? '') : subjectOf(token))
  const cartKeyOf = (cartToken: string | undefined, { token }: StubCall) =>
    token === undefined ? `guest:hash-of-${cartToken}` : `member:${subjectOf(token)}`
  const actions = new Map<string, { type: string; url: string; expiresAt: Date }>()
  const actionOf = (orderId: string) => {
    const expiresAt = new Date(Date.now() + actionMs)
    const action = { type: 'redirect', url: `https://bank.example/${orderId}`, expiresAt }
    return actions.get(orderId) ?? actions.set(orderId, action).get(orderId)
  }
  const paymentMessage = (orderId: string, { outcome, amount }: FakePayment) => ({
    id: orderId,
    orderId,
    outcome,
    amount: money(amount, 'EUR'),
    refunded: undefined,
    declineCode:
      outcome === ChargeOutcome.CHARGE_OUTCOME_DECLINED ? 'insufficient_funds' : undefined,
    updatedAt: undefined,
    nextAction:
      outcome === ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION ? actionOf(orderId) : undefined,
  })

  sidecar.answer('cart', 'GetLines', async ({ cartToken }, call) => {
    await play('cart.GetLines')
    const cart = cartOf(cartToken, call)
    if (!cart) return {}
    const { id: cartId, version, lines, taken, merged } = cart
    const cartKey = cartKeyOf(cartToken, call)
    const memory = { takenOrderIds: taken, mergedCartIds: merged, remembers: 50 }
    return { cartId, version, lines, cartKey, ...memory }
  })
  sidecar.answer('user', 'GetCheckoutDetails', async ({ addressId }) => {
    await play('user.GetCheckoutDetails')
    if (addressId === 'unknown') throw new DomainError('not_found', 'address_not_found')
    return { email: 'member@example.org', address: addressId ? anAddress() : undefined }
  })
  sidecar.answer('product', 'HoldStock', async ({ orderId, lines }) => {
    await play('product.HoldStock')
    const known = holds.get(orderId)
    if (known && known.state !== 'held') return { held: false }
    const wanted = lines.map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) }))
    const short = wanted.filter(({ sku, quantity }) => offer(sku).available < quantity)
    if (!known && short.length > 0) {
      const shortages = short.map(({ sku }) => ({ sku, available: BigInt(offer(sku).available) }))
      return { held: false, shortages }
    }
    if (!known) for (const { sku, quantity } of wanted) offer(sku).available -= quantity
    holds.set(orderId, { state: 'held', lines: wanted, returns: new Map() })
    const held = lines.map(({ sku, quantity }) => ({
      sku,
      quantity,
      productId: systemIds.next(),
      title: offer(sku).title,
      unitPrice: money(offer(sku).price, 'EUR'),
    }))
    return { held: true, lines: held, expiresAt: new Date(Date.now() + 900_000) }
  })
  const put = (orderId: string, state: string) => {
    const hold = holds.get(orderId) ?? { state: 'none', lines: [], returns: new Map() }
    const shelved = hold.state === 'held' || hold.state === 'claimed'
    if (shelved && state !== 'claimed') {
      for (const { sku, quantity } of hold.lines) offer(sku).available += quantity
      for (const { sku, quantity } of [...hold.returns.values()].flat()) {
        offer(sku).available -= quantity
      }
    }
    holds.set(orderId, { ...hold, state })
    return {}
  }
  const returnSome = (
    orderId: string,
    returnId: string,
    lines: readonly { readonly sku: string; readonly quantity: bigint }[],
  ) => {
    const hold = holds.get(orderId)
    if (hold?.state !== 'claimed') throw new DomainError('precondition', 'sale_not_claimed')
    if (hold.returns.has(returnId)) return
    const back = lines.map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) }))
    hold.returns.set(returnId, back)
    for (const { sku, quantity } of back) offer(sku).available += quantity
  }
  sidecar.answer('product', 'ReleaseStock', async ({ orderId }) => {
    await play('product.ReleaseStock')
    return put(orderId, 'released')
  })
  sidecar.answer('product', 'ReturnStock', async ({ orderId, returnId, lines }) => {
    await play('product.ReturnStock')
    if (returnId === '') put(orderId, 'returned')
    else returnSome(orderId, returnId, lines)
    await play('product.ReturnStock after')
    return {}
  })
  sidecar.answer('product', 'ClaimStock', async ({ orderId }) => {
    await play('product.ClaimStock')
    const state = holds.get(orderId)?.state
    if (state === 'lapsed' || state === 'returned') return { claimed: false }
    put(orderId, 'claimed')
    return { claimed: true }
  })
  sidecar.answer('product', 'ExtendHold', async () => {
    await play('product.ExtendHold')
    return { extended: true }
  })
  sidecar.answer('payment', 'OpenPayment', async ({ orderId }) => {
    await play('payment.OpenPayment')
    if (!payments.has(orderId)) payments.set(orderId, untouched())
    return { paymentId: orderId }
  })
  sidecar.answer('payment', 'Charge', async ({ orderId, amount, token }) => {
    await play('payment.Charge')
    const known = payment(orderId)
    if (known.outcome === ChargeOutcome.CHARGE_OUTCOME_CANCELLED) {
      throw new DomainError('precondition', 'payment_cancelled')
    }
    if (known.outcome === ChargeOutcome.CHARGE_OUTCOME_NONE) {
      known.outcome = outcomes[token] ?? ChargeOutcome.CHARGE_OUTCOME_DECLINED
      known.token = token
      known.refusesRefunds = token === 'tok_refund_refused'
    }
    known.amount = amount?.amount ?? 0n
    await play('payment.Charge after')
    return { payment: paymentMessage(orderId, known) }
  })
  sidecar.answer('payment', 'CancelPayment', async ({ orderId }) => {
    await play('payment.CancelPayment')
    const known = payments.get(orderId) ?? untouched()
    payments.set(orderId, known)
    if (cancellable.includes(known.outcome)) {
      known.outcome = ChargeOutcome.CHARGE_OUTCOME_CANCELLED
    }
    await play('payment.CancelPayment after')
    return { outcome: known.outcome }
  })
  sidecar.answer('payment', 'ContinueCharge', async ({ orderId }) => {
    await play('payment.ContinueCharge')
    const known = payment(orderId)
    if (known.outcome === ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION) {
      known.outcome = continued[known.token] ?? known.outcome
    }
    await play('payment.ContinueCharge after')
    return { payment: paymentMessage(orderId, known) }
  })
  sidecar.answer('payment', 'GetPayment', async ({ orderId }) => {
    await play('payment.GetPayment')
    return { payment: paymentMessage(orderId, payment(orderId)) }
  })
  sidecar.answer('payment', 'Refund', async ({ orderId, refundId, amount }) => {
    await play('payment.Refund')
    const known = payment(orderId)
    if (known.refusesRefunds) return { refused: true, payment: paymentMessage(orderId, known) }
    const others = [...known.refunds].filter(([id]) => id !== refundId)
    const given = others.reduce((sum, [, one]) => sum + one, amount?.amount ?? 0n)
    const captured = known.outcome === ChargeOutcome.CHARGE_OUTCOME_CAPTURED || known.late
    if (!captured || given > known.amount)
      throw new DomainError('precondition', 'refund_exceeds_capture')
    known.refunds.set(refundId, amount?.amount ?? 0n)
    await play('payment.Refund after')
    return { refunded: true, payment: paymentMessage(orderId, known) }
  })

  sidecar.answer('payment', 'ListForeignRefunds', async (asked) => {
    await play('payment.ListForeignRefunds')
    const { afterBookedAt = new Date(0), afterRefundId, limit } = asked
    const isAfter = ({ bookedAt, refundId }: FakeForeign) =>
      bookedAt > afterBookedAt || (bookedAt >= afterBookedAt && refundId > afterRefundId)
    return { items: foreign.filter(isAfter).slice(0, limit) }
  })
  const book = (orderId: string, amount: bigint, origin: RefundOrigin): string => {
    const refundId = systemIds.next()
    foreign.push({ refundId, orderId, amount: money(amount, 'EUR'), origin, bookedAt: new Date() })
    return refundId
  }

  return {
    /** Somebody gives money back at the provider's own desk. @returns the refund's id at payment */
    refundAtDesk: (orderId: string, amount: bigint): string => {
      const refundId = book(orderId, amount, RefundOrigin.REFUND_ORIGIN_DESK)
      payment(orderId).refunds.set(refundId, amount)
      return refundId
    },
    /** Money comes for a payment that had ended; payment owes it back. */
    captureLate: (orderId: string): string => {
      const known = payment(orderId)
      known.late = book(orderId, known.amount, RefundOrigin.REFUND_ORIGIN_LATE)
      return known.late
    },
    /** A new sku in stock. */
    offer: (price: bigint, available = 10): string => {
      const sku = `SKU-${systemIds.next()}`
      offers.set(sku, { title: `Title of ${sku}`, price, available })
      return sku
    },
    available: (sku: string) => offers.get(sku)?.available,
    setAvailable: (sku: string, available: number) => {
      offer(sku).available = available
    },
    setPrice: (sku: string, price: bigint) => {
      offer(sku).price = price
    },
    /** Fills the cart of a member (by id) or a guest (by token) with a new version. */
    fill: (owner: string, lines: readonly Line[], change: Partial<FakeCart> = {}): FakeCart => {
      const { id, taken, merged } = carts.get(owner) ?? {
        id: systemIds.next(),
        taken: [],
        merged: [],
      }
      const cart = { id, version: systemIds.next(), lines: [...lines], taken, merged, ...change }
      carts.set(owner, cart)
      return cart
    },
    hold: (orderId: string) => holds.get(orderId)?.state,
    lapse: (orderId: string) => void put(orderId, 'lapsed'),
    payment: (orderId: string) => payments.get(orderId),
    refuseRefunds: (orderId: string, refuses = true) => {
      payment(orderId).refusesRefunds = refuses
    },
    settlePayment: (orderId: string, outcome: ChargeOutcome) => {
      payment(orderId).outcome = outcome
    },
    /** The next call of an RPC does this first; a thrown error is its answer. */
    next: (rpc: string, ...list: Trick[]) => tricks.set(rpc, list),
  }
}

export const anAddress = () => ({
  name: 'Ada Lovelace',
  line1: '12 St James Square',
  line2: undefined,
  city: 'London',
  region: undefined,
  postalCode: 'SW1Y 4JH',
  country: 'GB',
  phone: undefined,
})

/** An error as a service that is away makes it. */
export const away = (): never => {
  throw { code: 14, details: 'connection refused' }
}
