import type { CartServiceServer } from '@micromart/contracts/cart'
import { DomainError } from '@micromart/kernel'
import { type CallContext, markReplayed, unary } from '@micromart/service'
import { FrozenRefusal } from '../model/answers.ts'
import type { Edited, UseCases } from '../usecase/index.ts'
import { operationCounter } from './counted.ts'
import { cartMessage, editorOf, linesMessage, ownerOf } from './messages.ts'

/** Says of an answer that was frozen, refusals too, that it is one. */
const edited = async (work: Promise<Edited>) => {
  try {
    const { view, token, replayed } = await work
    if (replayed) markReplayed()
    return { cart: cartMessage(view), cartToken: token }
  } catch (error) {
    if (error instanceof FrozenRefusal) markReplayed()
    throw error
  }
}

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
    addItem: unary(({ sku, quantity, ...request }, call) => {
      const command = { ...editorOf(request, call), sku, quantity }
      return edited(counted('add', use.addItem(command)))
    }),
    setItem: unary(({ sku, quantity, ...request }, call) => {
      const command = { ...editorOf(request, call), sku, quantity }
      return edited(counted('set', use.setItem(command)))
    }),
    removeItem: unary(({ sku, ...request }, call) =>
      edited(counted('remove', use.removeItem({ ...editorOf(request, call), sku }))),
    ),
    clearCart: unary((request, call) =>
      edited(counted('clear', use.clearCart(editorOf(request, call)))),
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
