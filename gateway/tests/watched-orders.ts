import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js'
import {
  type GetOrderRequest,
  type GetOrderResponse,
  OrderServiceService,
  OrderStatus,
  type TimelineEntry,
  type WatchOrderRequest,
  type WatchOrderResponse,
} from '@micromart/contracts/order'
import { DomainError } from '@micromart/kernel'
import { refusal } from '@micromart/service'
import { anOrder } from './answers.ts'

const { getOrder, watchOrder } = OrderServiceService

type Watching = ServerWritableStream<WatchOrderRequest, WatchOrderResponse>

/** The entry at a place of a timeline. */
export const entryAt = (seq: number, event = `order.step${seq}`): TimelineEntry => ({
  at: new Date('2026-01-31T12:00:00.000Z'),
  status: OrderStatus.ORDER_STATUS_PAYMENT_PENDING,
  event,
  message: `Step ${seq}`,
  actor: 'shop',
  seq: BigInt(seq),
})

/**
 * An order service that tells what a test says, over real gRPC streams: they can break, and it sees them end. It knows
 * every order but those of another, whose token is `other`.
 */
export const startWatchedOrders = async () => {
  const open = new Set<Watching>()
  const requests: WatchOrderRequest[] = []
  const told: WatchOrderResponse[] = []
  let refused: DomainError | undefined

  const watch = (call: Watching): void => {
    requests.push(call.request)
    if (refused) return void call.emit('error', refusal(refused))
    open.add(call)
    call.on('cancelled', () => open.delete(call))
    for (const message of told) {
      const isNew = message.entry === undefined || message.entry.seq > call.request.after
      if (isNew) call.write(message)
    }
  }
  const read: handleUnaryCall<GetOrderRequest, GetOrderResponse> = ({ request }, reply) =>
    request.orderToken === 'other'
      ? reply(refusal(new DomainError('not_found', 'order_not_found')))
      : reply(null, { order: anOrder({ id: request.id }) })
  const server = new Server()
  server.addService(
    { getOrder, watchOrder },
    {
      getOrder: read,
      watchOrder: watch,
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const endAll = (how: (call: Watching) => void) => {
    for (const call of open) how(call)
    open.clear()
  }
  return {
    port,
    requests,
    /** Streams that somebody listens to. */
    watching: () => open.size,
    tell: (message: Partial<WatchOrderResponse>) => {
      const whole = { entry: undefined, last: false, ...message }
      told.push(whole)
      for (const call of open) call.write(whole)
    },
    /** As when the service is killed. */
    breakAll: () =>
      endAll((call) => call.emit('error', { code: status.UNAVAILABLE, details: 'broken' })),
    /** As when the service stops, or the token has expired there. */
    endAll: () => endAll((call) => call.end()),
    refuse: (error: DomainError | undefined) => {
      refused = error
    },
    forget: () => {
      endAll((call) => call.end())
      requests.length = 0
      told.length = 0
      refused = undefined
    },
    [Symbol.dispose]: () => server.forceShutdown(),
  }
}

export type WatchedOrders = Awaited<ReturnType<typeof startWatchedOrders>>
