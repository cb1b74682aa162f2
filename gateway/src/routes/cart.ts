import type { Cart } from '@micromart/contracts/cart'
import { z } from 'zod'
import { cartAnswer } from '../answers/cart.ts'
import { type Answer, guestsToo, type Input, json, route } from '../http/route.ts'
import { cart as cartShape, itemIn, quantityIn } from '../shapes/cart.ts'
import { sku } from '../shapes/texts.ts'
import { cartName, cartTokenHeaders } from './cart-token.ts'
import { alsoAnswers, headers } from './common.ts'

const common = {
  tag: 'Cart',
  auth: guestsToo('cart'),
  headers: [headers.cartToken],
} as const

const answered = { description: 'The cart', shape: cartShape }
const written = { ...answered, headers: ['X-Cart-Token', 'Set-Cookie'] }
const params = z.object({ sku })

type Written = { readonly cart: Cart | undefined; readonly cartToken?: string | undefined }
type Sent = Pick<Input<unknown, unknown, unknown>, 'header' | 'https' | 'caller'>

/** Every write answers the cart, and its token. A cart that does not exist has no version. */
const writtenAnswer = ({ cart, cartToken }: Written, sent: Sent, currency: string): Answer => {
  const exists = cart !== undefined && cart.version !== ''
  return json(200, cartAnswer(cart, currency), cartTokenHeaders(cartToken, exists, sent))
}

export const cartRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/cart',
    summary: 'Read the cart, at present prices',
    budget: 'reads',
    responses: { 200: answered },
    handler: async (input, { cart, currency }) =>
      json(200, cartAnswer((await cart.getCart(cartName(input))).cart, currency)),
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/cart',
    summary: 'Empty the cart',
    budget: 'writes',
    responses: { 200: written },
    handler: async (input, { cart, currency }) =>
      writtenAnswer(await cart.clearCart(cartName(input)), input, currency),
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/cart/items',
    summary: 'Add to the cart',
    budget: 'writes',
    body: { type: 'json', shape: itemIn },
    responses: { 200: written, ...alsoAnswers(404, 409, 422) },
    handler: async (input, { cart, currency }) =>
      writtenAnswer(await cart.addItem({ ...cartName(input), ...input.body }), input, currency),
  }),
  route({
    ...common,
    method: 'patch',
    path: '/v1/cart/items/{sku}',
    summary: 'Set the quantity of a line; 0 removes it',
    budget: 'writes',
    params,
    body: { type: 'json', shape: quantityIn },
    responses: { 200: written, ...alsoAnswers(404, 409, 422) },
    handler: async (input, { cart, currency }) => {
      const line = { sku: input.params.sku, quantity: input.body.quantity }
      return writtenAnswer(await cart.setItem({ ...cartName(input), ...line }), input, currency)
    },
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/cart/items/{sku}',
    summary: 'Remove a line',
    budget: 'writes',
    params,
    responses: { 200: written, ...alsoAnswers(404, 409) },
    handler: async (input, { cart, currency }) => {
      const line = { sku: input.params.sku }
      return writtenAnswer(await cart.removeItem({ ...cartName(input), ...line }), input, currency)
    },
  }),
]
