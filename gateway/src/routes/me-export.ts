import type { ServerResponse } from 'node:http'
import { apps } from '@micromart/contracts'
import type { ExportOrdersResponse } from '@micromart/contracts/order'
import { keptAnswer, meAnswer } from '../answers/account.ts'
import { savedAddressAnswer } from '../answers/address.ts'
import { keptCartAnswer, wholeOrderAnswer } from '../answers/export.ts'
import { timeAnswer } from '../answers/money.ts'
import type { Shop } from '../client/shop.ts'
import { streamFault } from '../client/stream-fault.ts'
import { drained } from '../http/drained.ts'
import { type Answer, needs, route } from '../http/route.ts'
import { everything } from '../shapes/export.ts'

/** A long history takes a while, as long as its reader. */
const limitMs = 10 * 60_000

type Orders = AsyncIterator<ExportOrdersResponse, undefined>

const send = async (response: ServerResponse, text: string): Promise<void> => {
  if (!response.write(text)) await drained(response)
}

const next = (orders: Orders): Promise<IteratorResult<ExportOrdersResponse, undefined>> =>
  orders.next().catch((error: unknown) => {
    throw streamFault(error, apps.order)
  })

/** All orders of the caller, one at a time in memory. */
const sendOrders = async (
  response: ServerResponse,
  orders: Orders,
  first: IteratorResult<ExportOrdersResponse, undefined>,
): Promise<void> => {
  let separator = ''
  for (let step = first; !step.done && !response.destroyed; step = await next(orders)) {
    await send(response, `${separator}${JSON.stringify(wholeOrderAnswer(step.value))}`)
    separator = ','
  }
}

/** What the user and cart services keep: little enough to be had at once. */
const kept = async ({ user, cart, clock }: Shop) => {
  const [me, book, more, lines] = await Promise.all([
    user.getMe({}),
    user.listAddresses({}),
    user.exportMe({}),
    cart.getLines({}),
  ])
  return {
    exportedAt: timeAnswer(clock.now()),
    user: meAnswer(me.user),
    addresses: book.items.map(savedAddressAnswer),
    ...keptAnswer(more),
    cart: keptCartAnswer(lines),
  }
}

/** What can fail at once fails before the first byte, with its own status; a fault later cuts the connection. */
const exported = async (shop: Shop, gone: AbortSignal): Promise<Answer> => {
  const stream = shop.orderStreams.exportOrders({}, { limitMs, signal: gone })
  stream.on('error', () => {}) // told by the iterator
  const orders = stream[Symbol.asyncIterator]() as Orders
  const [all, first] = await Promise.all([kept(shop), next(orders)])
  const head = JSON.stringify(all)
  return {
    status: 200,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Disposition': 'attachment; filename="micromart-export.json"',
    },
    write: async (response) => {
      try {
        await send(response, `${head.slice(0, -1)},"orders":[`)
        await sendOrders(response, orders, first)
        response.end(']}')
      } finally {
        stream.cancel()
      }
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
    200: {
      description: 'Account, addresses, sessions, cart, orders with their histories, and the rest',
      shape: everything,
    },
  },
  handler: ({ gone }, shop) => exported(shop, gone),
})
