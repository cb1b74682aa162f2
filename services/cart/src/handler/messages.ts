import type { Cart as CartMessage, CartItem, GetLinesResponse } from '@micromart/contracts/cart'
import type { CallContext } from '@micromart/service'
import { context, trace } from '@opentelemetry/api'
import { mostRemembered } from '../model/cart.ts'
import type { Owner } from '../model/owner.ts'
import type { CartView, Item } from '../model/view.ts'
import type { Editor, LinesToBuy } from '../usecase/index.ts'

/** A user's token beats a cart token. */
export const ownerOf = (
  { cartToken }: { readonly cartToken?: string | undefined },
  { caller }: Pick<CallContext, 'caller'>,
): Owner =>
  caller.kind === 'user'
    ? { kind: 'member', userId: caller.id }
    : { kind: 'guest', token: cartToken }

/** Whose cart is changed, and by which key if the request brought one. */
export const editorOf = (
  request: { readonly cartToken?: string | undefined },
  call: Pick<CallContext, 'caller' | 'idempotency'>,
): Editor => ({
  owner: ownerOf(request, call),
  repeatable: call.idempotency && {
    ...call.idempotency,
    traceId: trace.getSpanContext(context.active())?.traceId,
  },
})

const itemMessage = ({ price, ...item }: Item): CartItem => ({ ...item, unitPrice: price })

export const cartMessage = ({ items, subtotal, version }: CartView): CartMessage => ({
  items: items.map(itemMessage),
  subtotal,
  version,
})

/** No cart is a cart without id and lines. */
export const linesMessage = ({ key, cart }: LinesToBuy): GetLinesResponse => ({
  cartId: cart?.id ?? '',
  version: cart?.version ?? '',
  lines: cart?.lines.map(({ sku, quantity }) => ({ sku, quantity })) ?? [],
  takenOrderIds: cart?.takenOrders ?? [],
  mergedCartIds: cart?.mergedCarts ?? [],
  cartKey: key ?? '',
  remembers: mostRemembered,
})
