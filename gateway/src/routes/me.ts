import type { Order } from '@micromart/contracts/order'
import { z } from 'zod'
import { userAnswer } from '../answers/account.ts'
import { savedAddressAnswer } from '../answers/address.ts'
import { orderAnswer } from '../answers/order.ts'
import type { Shop } from '../client/shop.ts'
import { json, needs, noContent, route } from '../http/route.ts'
import { changeMeIn, passwordIn, user as userShape } from '../shapes/account.ts'
import { savedAddress } from '../shapes/address.ts'
import { order } from '../shapes/order.ts'
import { alsoAnswers } from './common.ts'

const common = { tag: 'Account', auth: needs('account') } as const

const everything = z
  .object({ user: userShape, addresses: z.array(savedAddress), orders: z.array(order) })
  .meta({ id: 'Export' })

const pageSize = 100

/** All orders of the caller, page after page. */
const allOrders = async ({ order: orders }: Shop): Promise<readonly Order[]> => {
  const found: Order[] = []
  let cursor: string | undefined
  do {
    const page = await orders.listOrders({ limit: pageSize, cursor })
    found.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== undefined)
  return found
}

const exported = async (shop: Shop) => {
  const [me, addresses, orders] = await Promise.all([
    shop.user.getMe({}),
    shop.user.listAddresses({}),
    allOrders(shop),
  ])
  return {
    user: userAnswer(me.user),
    addresses: addresses.items.map(savedAddressAnswer),
    orders: orders.map(orderAnswer),
  }
}

export const meRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/me',
    summary: 'Read my account',
    budget: 'reads',
    responses: { 200: { description: 'The account', shape: userShape } },
    handler: async (_input, { user }) => json(200, userAnswer((await user.getMe({})).user)),
  }),
  route({
    ...common,
    method: 'patch',
    path: '/v1/me',
    summary: 'Change my account',
    budget: 'writes',
    body: { type: 'json', shape: changeMeIn },
    responses: { 200: { description: 'The account', shape: userShape } },
    handler: async ({ body }, { user }) =>
      json(200, userAnswer((await user.updateMe({ name: body.name })).user)),
  }),
  route({
    ...common,
    method: 'delete',
    path: '/v1/me',
    summary: 'Erase my account',
    budget: 'writes',
    responses: { 204: { description: 'Erased' } },
    handler: async (_input, { user }) => {
      await user.eraseMe({})
      return noContent
    },
  }),
  route({
    ...common,
    method: 'post',
    path: '/v1/me/password',
    summary: 'Change my password; other sessions end',
    budget: 'auth',
    body: { type: 'json', shape: passwordIn },
    responses: { 204: { description: 'Changed' }, ...alsoAnswers(401) },
    handler: async ({ body }, { user }) => {
      await user.changePassword({ ...body, refreshToken: body.refreshToken })
      return noContent
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/me/export',
    summary: 'Everything the shop keeps about me',
    auth: needs('account'),
    budget: 'writes',
    responses: { 200: { description: 'Account, addresses and orders', shape: everything } },
    handler: async (_input, shop) =>
      json(200, await exported(shop), {
        'Content-Disposition': 'attachment; filename="micromart-export.json"',
      }),
  }),
]
