import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { WatchOrderResponse } from '@micromart/contracts/order'
import { callContext } from '@micromart/dapr'
import { z } from 'zod'
import { entryAnswer } from '../answers/order.ts'
import type { Shop } from '../client/shop.ts'
import { eventStream, eventStreamHeaders } from '../events/event-stream.ts'
import { followOrder, watchBy } from '../events/follow-order.ts'
import type { OpenStream } from '../events/open-streams.ts'
import { millisecondsOf } from '../events/token-end.ts'
import { type Answer, type Input, noContent, route, withOrderToken } from '../http/route.ts'
import { invalidFields } from '../problem/problem.ts'
import { id } from '../shapes/texts.ts'
import { alsoAnswers, headers } from './common.ts'
import { named } from './named-order.ts'

const params = z.object({ id })

type Sent = Input<z.output<typeof params>, unknown, unknown>
type Messages = AsyncGenerator<WatchOrderResponse, void>

/** Who counts as one: an account, or a guest by the order's token. */
const holderOf = ({ caller, header }: Sent): string => {
  if (caller.kind === 'user') return caller.id
  return createHash('sha256')
    .update(header('X-Order-Token') ?? '')
    .digest('base64')
}

/**
 * The place after which the client goes on.
 * @throws HttpProblem 400: it is none of ours
 */
const placeOf = ({ header }: Sent): bigint => {
  const sent = header('Last-Event-ID')
  if (sent === undefined || sent === '') return 0n
  if (/^\d{1,18}$/.test(sent)) return BigInt(sent)
  const message = 'is not the id of an event'
  throw invalidFields([{ path: '/Last-Event-ID', code: 'format', message }])
}

/** How long a client that comes back waits for news before it is answered at all. */
const newsMs = 500

/** Whether a client that comes back knows everything: to 204 it does not come back again (WHATWG HTML 9.2). */
const hasSeenAll = async (first: Promise<IteratorResult<WatchOrderResponse, void>>) => {
  const step = await Promise.race([first, pause(newsMs, undefined, { ref: false })])
  return step?.value !== undefined && step.value.last && step.value.entry === undefined
}

const tellAll = async (
  response: ServerResponse,
  first: Promise<IteratorResult<WatchOrderResponse, void>>,
  messages: Messages,
  heartbeatMs: number,
): Promise<void> => {
  using stream = eventStream(response, heartbeatMs)
  try {
    for (let step = await first; !step.done; step = await messages.next()) {
      const { entry, last } = step.value
      if (entry) stream.tell(entry.event, entryAnswer(entry), entry.seq)
      if (last) stream.tell('end', {})
    }
  } finally {
    await messages.return()
  }
}

/** Follows the order from where the client was, as long as its token and the gateway last. */
const answer = async (
  sent: Sent,
  shop: Shop,
  opened: OpenStream,
  limitMs: number,
): Promise<Answer> => {
  const after = placeOf(sent)
  const signal = AbortSignal.any([sent.gone, opened.signal])
  const watch = watchBy(shop, named(sent), { limitMs, signal })
  const messages = followOrder({ watch, after, signal })
  const first = messages.next()
  if (after > 0n && (await hasSeenAll(first))) {
    await messages.return()
    opened[Symbol.dispose]()
    return noContent
  }
  return {
    status: 200,
    headers: eventStreamHeaders,
    write: async (response) => {
      using _place = opened
      await tellAll(response, first, messages, shop.heartbeatMs)
    },
  }
}

export const orderEventsRoute = route({
  method: 'get',
  path: '/v1/orders/{id}/events',
  summary: 'What happens to an order, as it happens (server-sent events)',
  tag: 'Orders',
  auth: withOrderToken('orders'),
  budget: 'reads',
  params,
  headers: [
    headers.orderToken,
    {
      name: 'Last-Event-ID',
      description: 'The last `id` that was read: only what came after it is told.',
    },
  ],
  responses: {
    200: {
      description:
        'Entries of the timeline: `id` their place, `event` their name, `data` the entry. `end` follows the last one. The stream also ends when the token expires; a client comes back with `Last-Event-ID`.',
      mediaType: 'text/event-stream',
    },
    204: { description: 'Nothing follows what was read: do not come back' },
    ...alsoAnswers(404),
  },
  handler: async (sent, shop) => {
    using place = new DisposableStack()
    const limitMs = millisecondsOf(callContext.getStore()?.token, shop.clock)
    const opened = place.use(shop.streams.open(holderOf(sent), limitMs))
    await shop.order.getOrder(named(sent)) // whose it is, before anything is said
    if (sent.stream.method === 'HEAD') return { status: 200, headers: eventStreamHeaders }
    const begun = await answer(sent, shop, opened, limitMs)
    place.move()
    return begun
  },
})
