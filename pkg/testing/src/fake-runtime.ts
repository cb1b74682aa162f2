import { type ServiceError, status } from '@grpc/grpc-js'
import type { DaprServer } from '@micromart/dapr/protocol'
import { systemIds } from '@micromart/kernel'
import { type FakeEntry, fakeState } from './fake-state.ts'

/** An event as an app gave it to its sidecar. */
export type PublishedRecord = {
  readonly topic: string
  readonly id: string
  readonly aggregateId: string | undefined
  readonly payload: unknown
  readonly traceparent: string | undefined
}

export type RuntimeMemory = {
  readonly appId: string
  readonly state: Map<string, FakeEntry>
  readonly secrets: Map<string, string>
  readonly published: PublishedRecord[]
  /** What every call of the API fails with, while set. */
  outage: Partial<ServiceError> | undefined
}

type Api = {
  readonly [name: string]: (
    call: never,
    reply: (error: object | null, value?: object) => void,
  ) => void
}

const breakable = <Handlers extends Api>(handlers: Handlers, memory: RuntimeMemory): Handlers => {
  const wrapped = Object.entries(handlers).map(([name, handler]) => [
    name,
    (call: never, reply: (error: object | null, value?: object) => void) =>
      memory.outage ? reply(memory.outage) : handler(call, reply),
  ])
  return Object.fromEntries(wrapped) as Handlers
}

/** Dapr's runtime API as far as `pkg/dapr` uses it. */
export const fakeRuntime = (memory: RuntimeMemory): DaprServer => {
  const { state, secrets, published, appId } = memory
  const handlers: DaprServer = {
    ...fakeState(state),
    publishEvent: ({ request }, reply) => {
      const { topic, data, metadata } = request
      published.push({
        topic,
        id: metadata['cloudevent.id'] ?? systemIds.next(),
        aggregateId: metadata['cloudevent.subject'],
        payload: JSON.parse(data.toString()),
        traceparent: metadata['cloudevent.traceparent'],
      })
      reply(null, {})
    },
    getSecret: ({ request }, reply) => {
      const value = secrets.get(request.key)
      if (value === undefined) reply({ code: status.INTERNAL, details: `no secret ${request.key}` })
      else reply(null, { data: { [request.key]: value } })
    },
    getMetadata: (_call, reply) =>
      reply({ code: status.UNIMPLEMENTED, details: `${appId}: a fake` }),
  }
  return breakable(handlers as Api, memory) as DaprServer
}
