import { createHash } from 'node:crypto'
import type { PlaceOrderRequest } from '@micromart/contracts/order'
import { DomainError } from '@micromart/kernel'
import type { Caller } from '@micromart/service'
import { trace } from '@opentelemetry/api'
import { CartEmpty, fieldInvalid, fieldMissing } from '../model/errors.ts'
import type { Principal } from '../model/idempotency.ts'
import type { OrderDraft } from '../usecase/index.ts'

/** Whose the idempotency key is; known before the cart is read, which may be empty by the second request. */
const principalOf = (caller: Caller, cartToken: string | undefined): Principal => {
  if (caller.kind === 'user') return `member:${caller.id}`
  if (cartToken === undefined) throw new CartEmpty() // neither login nor cart: nothing to buy
  return `guest:${createHash('sha256').update(cartToken).digest('hex')}`
}

const shipToOf = ({ shipTo }: PlaceOrderRequest): OrderDraft['shipTo'] => {
  if (!shipTo) throw fieldMissing('/shippingAddress', 'is needed, or addressId')
  return shipTo.$case === 'addressId' ? { addressId: shipTo.value } : { address: shipTo.value }
}

const printable = /^[\x20-\x7e]{1,255}$/

/** The gateway has checked all of it; what the tables could not take is refused here too. */
const checkShape = ({ idempotencyKey, fingerprint, email, paymentMethod }: PlaceOrderRequest) => {
  if (!printable.test(idempotencyKey) || !/^[0-9a-f]{64}$/.test(fingerprint)) {
    throw new DomainError('invalid', 'idempotency_key_invalid')
  }
  if (email !== undefined && email.length > 254) throw fieldInvalid('/email', 'is too long')
  if (paymentMethod !== 'card') throw fieldInvalid('/payment/method', 'is not known')
}

/** Message -> command of PlaceOrder. */
export const draftOf = (request: PlaceOrderRequest, caller: Caller): OrderDraft => {
  checkShape(request)
  return {
    key: { principal: principalOf(caller, request.cartToken), key: request.idempotencyKey },
    fingerprint: request.fingerprint,
    traceId: trace.getActiveSpan()?.spanContext().traceId,
    userId: caller.kind === 'user' ? caller.id : undefined,
    cartToken: caller.kind === 'user' ? undefined : request.cartToken,
    email: request.email,
    shipTo: shipToOf(request),
    payment: { method: request.paymentMethod, token: request.paymentToken },
    expectedTotal: request.expectedTotal,
  }
}
