import type { ServerResponse } from 'node:http'
import type { ListOrdersResponse } from '@micromart/contracts/order'
import { z } from 'zod'
import { keptAnswer, meAnswer } from '../answers/account.ts'
import { savedAddressAnswer } from '../answers/address.ts'
import { orderAnswer } from '../answers/order.ts'
import type { Shop } from '../client/shop.ts'
import { drained } from '../http/drained.ts'
import { type Answer, needs, route } from '../http/route.ts'
import { kept, me as meShape } from '../shapes/account.ts'
import { savedAddress } from '../shapes/address.ts'
import { order as orderShape } from '../shapes/order.ts'

const everything = z
  .object({
    user: meShape,
    addresses: z.array(savedAddress),
    ...kept,
    orders: z.array(orderShape),
  })
  .meta({ id: 'Export' })

const pageOf = ({ order }: Shop, cursor?: string): Promise<ListOrdersResponse> =>
  order.listOrders({ limit: 100, cursor })

const send = async (response: ServerResponse, text: string): Promise<void> => {
  if (!response.write(text)) await drained(response)
}

/** All orders of the caller, a page at a time: there is never more than one in memory. */
const sendOrders = async (
  response: ServerResponse,
  shop: Shop,
  first: ListOrdersResponse,
): Promise<void> => {
  let separator = ''
  for (let page: ListOrdersResponse | undefined = first; page && !response.destroyed;) {
    for (const message of page.items) {
      await send(response, `${separator}${JSON.stringify(orderAnswer(message))}`)
      separator = ','
    }
    page = page.nextCursor === undefined ? undefined : await pageOf(shop, page.nextCursor)
  }
}

/** What can fail at once fails before the first byte, with its own status; a fault later cuts the connection. */
const exported = async (shop: Shop): Promise<Answer> => {
  const [me, book, more, first] = await Promise.all([
    shop.user.getMe({}),
    shop.user.listAddresses({}),
    shop.user.exportMe({}),
    pageOf(shop),
  ])
  const addresses = book.items.map(savedAddressAnswer)
  const head = JSON.stringify({ user: meAnswer(me.user), addresses, ...keptAnswer(more) })
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': 'attachment; filename="micromart-export.json"',
    },
    write: async (response) => {
      await send(response, `${head.slice(0, -1)},"orders":[`)
      await sendOrders(response, shop, first)
      response.end(']}')
    },
  }
}

export const exportRoute = route({
  method: 'get',
  path: '/v1/me/export',
  summary: 'Everything the shop keeps about me',
  tag: 'Account',
  auth: needs('account'),
  budget: 'writes',
  responses: {
    200: { description: 'Account, addresses, sessions, orders and the rest', shape: everything },
  },
  handler: (_input, shop) => exported(shop),
})
