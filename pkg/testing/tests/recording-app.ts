import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { idempotencyHeaders } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { AppCallbackService, TopicAnswer, type TopicEventRequest } from '@micromart/dapr/protocol'
import { DomainError } from '@micromart/kernel'
import { refusal } from '@micromart/service'

type SeenCall = {
  readonly metadata: Metadata
  readonly deadline: Date | number
  cancelled: boolean
}

type SeenEvent = { readonly event: TopicEventRequest; readonly metadata: Metadata }

/** An app as bare as can be: it keeps what its sidecar sends it. */
export type RecordingApp = Disposable & {
  readonly port: number
  readonly calls: SeenCall[]
  readonly events: SeenEvent[]
  /** Answers to the next events; SUCCESS when empty. */
  readonly answers: TopicAnswer[]
}

type Reply = (error: object | null, answer?: object, trailer?: Metadata) => void
type Call = ServerUnaryCall<unknown, unknown>

const emptyCart = { items: [], subtotal: undefined, version: 'v1' }

const refuse = (code: string) =>
  refusal(new DomainError('precondition', code, { available: '3', note: 'nicht "genug"' }))

const cartHandlers = (calls: SeenCall[]): UntypedServiceImplementation => {
  const seen = (call: Call): SeenCall => {
    const record = { metadata: call.metadata, deadline: call.getDeadline(), cancelled: false }
    call.on('cancelled', () => {
      record.cancelled = true
    })
    calls.push(record)
    return record
  }
  return {
    getCart: (call: Call, reply: Reply) => {
      seen(call)
      const { key, replayed } = idempotencyHeaders
      const trailer = new Metadata()
      if (call.metadata.get(key).length > 0) trailer.set(replayed, '1')
      reply(null, { cart: emptyCart }, trailer)
    },
    addItem: (call: Call, reply: Reply) => {
      seen(call)
      reply(refuse('out_of_stock'))
    },
    setItem: (call: Call) => {
      seen(call) // never answers
    },
  }
}

const definition = () => {
  const { getCart, addItem, setItem } = CartServiceService
  return { getCart, addItem, setItem }
}

export const startRecordingApp = async (): Promise<RecordingApp> => {
  const server = new Server()
  const calls: SeenCall[] = []
  const events: SeenEvent[] = []
  const answers: TopicAnswer[] = []
  server.addService(definition(), cartHandlers(calls))
  server.addService(AppCallbackService, {
    listTopicSubscriptions: (_call: unknown, reply: Reply) => reply(null, { subscriptions: [] }),
    onTopicEvent: (
      { request: event, metadata }: ServerUnaryCall<TopicEventRequest, unknown>,
      reply: Reply,
    ) => {
      events.push({ event, metadata })
      reply(null, { status: answers.shift() ?? TopicAnswer.SUCCESS })
    },
  })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  )
  const port = await promise
  return { port, calls, events, answers, [Symbol.dispose]: () => server.forceShutdown() }
}
