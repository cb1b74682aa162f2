import type { Cart, CartItem } from '@micromart/contracts/cart'
import { moneyOrNull } from './money.ts'

const itemAnswer = (item: CartItem) => ({
  sku: item.sku,
  productId: item.productId,
  handle: item.handle,
  title: item.title,
  options: item.options.map(({ name, value }) => ({ name, value })),
  image: item.image ?? null,
  quantity: item.quantity,
  unitPrice: moneyOrNull(item.unitPrice),
  lineTotal: moneyOrNull(item.lineTotal),
  available: item.available,
  availableQuantity: item.availableQuantity,
})

/** @param currency of a cart that does not exist yet: it is empty and costs nothing */
export const cartAnswer = (cart: Cart | undefined, currency: string) => ({
  items: (cart?.items ?? []).map(itemAnswer),
  subtotal: moneyOrNull(cart?.subtotal) ?? { amount: 0, currency },
  version: cart?.version ? cart.version : null,
})
