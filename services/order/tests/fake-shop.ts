import { ChargeOutcome } from '@micromart/contracts/payment'
import { DomainError, money, systemIds } from '@micromart/kernel'
import type { FakeSidecar, StubCall } from '@micromart/testing'

type Line = { readonly sku: string; readonly quantity: number }
type Offer = { readonly title: string; price: bigint; available: number }
type FakeCart = { id: string; version: string; lines: Line[]; taken: string[]; merged: string[] }
type FakePayment = { outcome: ChargeOutcome; amount: bigint; refunds: Set<string> }

/** What a stub does instead, for its next calls: an error to throw, or work before its own answer. */
type Trick = () => void | Promise<void>

const subjectOf = (token: string): string => {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  return String((claims as { sub: unknown }).sub)
}

const outcomes: Readonly<Record<string, ChargeOutcome>> = {
  tok_visa: ChargeOutcome.CHARGE_OUTCOME_CAPTURED,
  tok_declined: ChargeOutcome.CHARGE_OUTCOME_DECLINED,
  tok_timeout: ChargeOutcome.CHARGE_OUTCOME_UNKNOWN,
}

/** The other services as far as checkout sees them: carts, holds and payments by order id, kept in memory. */
export const fakeShop = (sidecar: FakeSidecar) => {
  const carts = new Map<string, FakeCart>()
  const offers = new Map<string, Offer>()
  const holds = new Map<string, { state: string; lines: readonly Line[] }>()
  const payments = new Map<string, FakePayment>()
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
  const paymentMessage = (orderId: string, { outcome, amount }: FakePayment) => ({
    id: orderId,
    orderId,
    outcome,
    amount: money(amount, 'EUR'),
    refunded: undefined,
    declineCode:
      outcome === ChargeOutcome.CHARGE_OUTCOME_DECLINED ? 'insufficient_funds' : undefined,
    updatedAt: undefined,
  })

  sidecar.answer('cart', 'GetLines', async ({ cartToken }, call) => {
    await play('cart.GetLines')
    const cart = cartOf(cartToken, call)
    if (!cart) return {}
    const { id: cartId, version, lines, taken, merged } = cart
    return { cartId, version, lines, takenOrderIds: taken, mergedCartIds: merged }
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
    holds.set(orderId, { state: 'held', lines: wanted })
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
    const hold = holds.get(orderId) ?? { state: 'none', lines: [] }
    const shelved = hold.state === 'held' || hold.state === 'claimed'
    if (shelved && state !== 'claimed') {
      for (const { sku, quantity } of hold.lines) offer(sku).available += quantity
    }
    holds.set(orderId, { ...hold, state })
    return {}
  }
  sidecar.answer('product', 'ReleaseStock', async ({ orderId }) => {
    await play('product.ReleaseStock')
    return put(orderId, 'released')
  })
  sidecar.answer('product', 'ReturnStock', async ({ orderId }) => {
    await play('product.ReturnStock')
    return put(orderId, 'returned')
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
    const outcome = ChargeOutcome.CHARGE_OUTCOME_NONE
    if (!payments.has(orderId)) payments.set(orderId, { outcome, amount: 0n, refunds: new Set() })
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
      known.amount = amount?.amount ?? 0n
    }
    await play('payment.Charge after')
    return { payment: paymentMessage(orderId, known) }
  })
  sidecar.answer('payment', 'CancelPayment', async ({ orderId }) => {
    await play('payment.CancelPayment')
    const known = payments.get(orderId)
    if (known && known.outcome !== ChargeOutcome.CHARGE_OUTCOME_NONE) {
      return { outcome: known.outcome }
    }
    const outcome = ChargeOutcome.CHARGE_OUTCOME_CANCELLED
    payments.set(orderId, { outcome, amount: 0n, refunds: new Set() })
    return { outcome }
  })
  sidecar.answer('payment', 'GetPayment', async ({ orderId }) => {
    await play('payment.GetPayment')
    return { payment: paymentMessage(orderId, payment(orderId)) }
  })
  sidecar.answer('payment', 'Refund', async ({ orderId, refundId }) => {
    await play('payment.Refund')
    const known = payment(orderId)
    known.refunds.add(refundId)
    return { refunded: true, payment: paymentMessage(orderId, known) }
  })

  return {
    /** A new sku in stock. */
    offer: (price: bigint, available = 10): string => {
      const sku = `SKU-${systemIds.next()}`
      offers.set(sku, { title: `Title of ${sku}`, price, available })
      return sku
    },
    available: (sku: string) => offers.get(sku)?.available,
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
