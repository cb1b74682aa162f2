import type { CartServiceServer } from '@micromart/contracts/cart'
import { DomainError } from '@micromart/kernel'
import { type CallContext, unary } from '@micromart/service'
import type { Edited, UseCases } from '../usecase/index.ts'
import { operationCounter } from './counted.ts'
import { cartMessage, linesMessage, ownerOf } from './messages.ts'

const editedMessage = ({ view, token }: Edited) => ({ cart: cartMessage(view), cartToken: token })

/** The RPC's mark has let in users only; a guest here is our own mistake. */
const userIdOf = ({ caller }: CallContext): string => {
  if (caller.kind === 'user') return caller.id
  throw new DomainError('internal', 'mark_not_enforced')
}

/** Message -> command -> use case -> message. */
export const cartRpc = (use: UseCases): CartServiceServer => {
  const counted = operationCounter()
  return {
    getCart: unary(async (request, call) => ({
      cart: cartMessage(await counted('get', use.getCart({ owner: ownerOf(request, call) }))),
    })),
    addItem: unary(async (request, call) => {
      const { sku, quantity } = request
      const owner = ownerOf(request, call)
      return editedMessage(await counted('add', use.addItem({ owner, sku, quantity })))
    }),
    setItem: unary(async (request, call) => {
      const { sku, quantity } = request
      const owner = ownerOf(request, call)
      return editedMessage(await counted('set', use.setItem({ owner, sku, quantity })))
    }),
    removeItem: unary(async (request, call) => {
      const { sku } = request
      const owner = ownerOf(request, call)
      return editedMessage(await counted('remove', use.removeItem({ owner, sku })))
    }),
    clearCart: unary(async (request, call) =>
      editedMessage(await counted('clear', use.clearCart({ owner: ownerOf(request, call) }))),
    ),
    mergeCart: unary(async ({ cartToken: token }, call) => {
      const userId = userIdOf(call)
      return { cart: cartMessage(await counted('merge', use.mergeCart({ userId, token }))) }
    }),
    getLines: unary(async (request, call) =>
      linesMessage(await counted('lines', use.getLines({ owner: ownerOf(request, call) }))),
    ),
  }
}
