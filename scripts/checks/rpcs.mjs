import * as cart from '@micromart/contracts/cart'
import * as ops from '@micromart/contracts/ops'
import * as order from '@micromart/contracts/order'
import * as payment from '@micromart/contracts/payment'
import * as privacy from '@micromart/contracts/privacy'
import * as product from '@micromart/contracts/product'
import * as user from '@micromart/contracts/user'

/** Every service of the protos, by the name of its definition in code. */
export const definitions = Object.fromEntries(
  [cart, ops, order, payment, privacy, product, user]
    .flatMap(Object.entries)
    .filter(([name]) => name.endsWith('ServiceService')),
)

/** The full names of all RPCs, such as `/micromart.cart.v1.CartService/GetCart`. */
export const rpcPaths = Object.values(definitions).flatMap((definition) =>
  Object.values(definition).map(({ path }) => path),
)
