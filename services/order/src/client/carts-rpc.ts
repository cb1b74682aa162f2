import type { CartServiceService } from '@micromart/contracts/cart'
import type { RpcClient } from '@micromart/dapr'
import type { Carts } from '../model/ports.ts'

/** The cart service. */
export const cartsRpc = (cart: RpcClient<CartServiceService>): Carts => ({
  lines: async (cartToken) => {
    const answer = await cart.getLines({ cartToken })
    return {
      id: answer.cartId,
      key: answer.cartKey,
      version: answer.version,
      lines: answer.lines,
      takenOrderIds: answer.takenOrderIds,
      remembers: answer.remembers,
      mergedCartIds: answer.mergedCartIds,
    }
  },
})
