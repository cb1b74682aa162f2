import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { AppCallbackHealthCheckService, AppCallbackService } from '@micromart/dapr/protocol'
import { counter } from '@micromart/contracts/telemetry'
import type { Log } from '@micromart/kernel'
import { guarded, type GuardSettings } from './guard.ts'
import { type LetterTopic, onTopicEvent, type TopicHandlers } from './topics.ts'

const megabytes = 1024 * 1024

const options = {
  'grpc.max_receive_message_length': 4 * megabytes,
  'grpc.max_send_message_length': 4 * megabytes,
}

/** One gRPC service: its ts-proto definition and what serves it. */
export type ServedService = readonly [
  definition: ServiceDefinition,
  implementation: UntypedServiceImplementation,
]

export type GrpcSettings = GuardSettings & {
  readonly services: readonly ServedService[]
  readonly topics: TopicHandlers
  readonly letterTopic: LetterTopic | undefined
}

/** A message that a handler built wrongly is our bug: said in the log, with a fixed text to the caller. */
const serializing =
  ({ path, responseSerialize }: MethodDefinition<unknown, unknown>, log: Log) =>
  (message: unknown): Buffer => {
    try {
      return responseSerialize(message)
    } catch (cause) {
      log.error({ path, cause }, 'an answer could not be written')
      throw new Error('internal', { cause })
    }
  }

const addGuarded = (
  server: Server,
  [definition, implementation]: ServedService,
  settings: GuardSettings,
) => {
  const methods: ServiceDefinition = Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [
      name,
      { ...method, responseSerialize: serializing(method, settings.log) },
    ]),
  )
  const handlers = Object.entries(definition).map(([name, method]) => {
    const handler = implementation[name]
    if (typeof handler !== 'function') throw new Error(`nothing serves ${method.path}`)
    return [name, guarded(method, handler as never, settings)]
  })
  server.addService(methods, Object.fromEntries(handlers) as UntypedServiceImplementation)
}

const addCallbacks = (
  server: Server,
  { topics, letterTopic, appToken, log }: GrpcSettings,
  stopping: () => boolean,
) => {
  const consumed = counter('micromart_events_consumed_total')
  for (const topic of Object.keys(topics)) consumed.add(0, { topic, outcome: 'success' })
  server.addService(AppCallbackService, {
    // Subscriptions are files in components/: nothing is said twice.
    listTopicSubscriptions: (_call: unknown, reply: (error: null, value: object) => void) =>
      reply(null, { subscriptions: [] }),
    onTopicEvent: onTopicEvent({ topics, letterTopic, appToken, log, consumed }),
  })
  server.addService(AppCallbackHealthCheckService, {
    // The probe carries no app token. Answered unhealthy, Dapr stops deliveries at once.
    healthCheck: (_call: unknown, reply: (error: object | null, value?: object) => void) =>
      stopping() ? reply({ code: status.UNAVAILABLE, details: 'stopping' }) : reply(null, {}),
  })
}

/** The gRPC server with everything Dapr may call on it; not yet listening. */
export const buildGrpcServer = (settings: GrpcSettings, stopping: () => boolean): Server => {
  const server = new Server(options)
  for (const service of settings.services) addGuarded(server, service, settings)
  addCallbacks(server, settings, stopping)
  return server
}

/** @returns the port, also when 0 asked for any */
export const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error)
      else resolve(bound)
    })
  })

/** Lets running calls finish, up to a limit. */
export const shutDown = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const limit = setTimeout(() => server.forceShutdown(), graceMs)
    server.tryShutdown(() => {
      clearTimeout(limit)
      resolve()
    })
  })
