import {
  type Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { DomainError } from '@micromart/kernel'
import { refusal } from '@micromart/service'
import { definitions, type StubCall } from './apps.ts'
import {
  forwardStream,
  forwardUnary,
  type RawStream,
  type RawUnary,
  type Target,
} from './fake-forward.ts'

export type AnyStub = (request: unknown, call: StubCall) => unknown

/** A proxied call as it passed the sidecar. */
export type RecordedCall = {
  /** `cart.GetLines` */
  readonly name: string
  /** Undefined for a stream of requests. */
  readonly request: unknown
  readonly token: string | undefined
  readonly requestId: string | undefined
  readonly traceparent: string | undefined
}

export type ProxyMemory = {
  readonly appId: string
  readonly appToken: string | undefined
  readonly calls: RecordedCall[]
  /** By `cart.GetLines`. */
  readonly stubs: Map<string, AnyStub>
  /** Ports of real services by app id. */
  readonly routes: Map<string, number>
}

type Rpc = MethodDefinition<unknown, unknown>

/** One RPC on its way: what it is called in tests, whose it is, how its bytes read. */
type Passage = { readonly rpc: Rpc; readonly name: string; readonly owner: string }

/** A status as daprd or a stub gives it. */
class Refused extends Error {
  readonly code: number
  readonly details: string

  constructor(code: number, details: string) {
    super(details)
    this.code = code
    this.details = details
  }
}

const text = (metadata: Metadata, name: string): string | undefined => {
  const [value] = metadata.get(name)
  return value === undefined ? undefined : String(value)
}

const tokenOf = (metadata: Metadata) => text(metadata, 'authorization')?.replace(/^Bearer /, '')

const stubCall = (metadata: Metadata, deadline: Date | number): StubCall => ({
  token: tokenOf(metadata),
  requestId: text(metadata, 'x-request-id'),
  deadline: Number.isFinite(Number(deadline)) ? new Date(deadline) : undefined,
  header: (name) => text(metadata, name),
})

const record = (memory: ProxyMemory, name: string, metadata: Metadata, request: unknown): void => {
  memory.calls.push({
    name,
    request,
    token: tokenOf(metadata),
    requestId: text(metadata, 'x-request-id'),
    traceparent: text(metadata, 'traceparent'),
  })
}

/** A DomainError travels as a service sends it, an object with a code as that status; the rest is our test's bug. */
const statusFor = (error: unknown): object => {
  if (error instanceof DomainError) return refusal(error)
  if (typeof error === 'object' && error !== null && 'code' in error) return error
  return new Refused(status.UNKNOWN, `the stub threw: ${String(error)}`)
}

/**
 * Where a call goes: a real service or a stub.
 * @throws Refused as daprd would
 */
const aimOf = (
  metadata: Metadata,
  { name, owner }: Passage,
  memory: ProxyMemory,
): Target | AnyStub => {
  const app = text(metadata, 'dapr-app-id')
  if (app === undefined) throw new Refused(status.UNKNOWN, 'dapr-app-id is missing')
  const port = memory.routes.get(app)
  if (port !== undefined) return { app, port, callerId: memory.appId, appToken: memory.appToken }
  const stub = app === owner ? memory.stubs.get(name) : undefined
  if (stub) return stub
  const isThere = [...memory.stubs.keys()].some((key) => key.startsWith(`${app}.`))
  if (isThere) throw new Refused(status.UNIMPLEMENTED, `unknown method ${name}`)
  throw new Refused(status.UNKNOWN, `failed to resolve address for '${app}'`)
}

const answerUnary = async (call: RawUnary, passage: Passage, memory: ProxyMemory) => {
  const { rpc, name } = passage
  const request = rpc.requestDeserialize(call.request)
  record(memory, name, call.metadata, request)
  const aim = aimOf(call.metadata, passage, memory)
  if (typeof aim !== 'function') return forwardUnary(call, rpc.path, aim)
  const defaults = rpc.responseDeserialize(Buffer.alloc(0)) as object
  const given = (await aim(request, stubCall(call.metadata, call.getDeadline()))) as object
  return rpc.responseSerialize({ ...defaults, ...given })
}

async function* decoded(call: RawStream, { requestDeserialize }: Rpc): AsyncIterable<unknown> {
  for await (const bytes of call) yield requestDeserialize(bytes as Buffer)
}

const answerStream = async (call: RawStream, passage: Passage, memory: ProxyMemory) => {
  const { rpc, name } = passage
  const single = rpc.requestStream ? undefined : (call as unknown as RawUnary).request
  const request = single && rpc.requestDeserialize(single)
  record(memory, name, call.metadata, request)
  const aim = aimOf(call.metadata, passage, memory)
  if (typeof aim !== 'function') return forwardStream(call, rpc.path, single, aim)
  const messages = aim(request ?? decoded(call, rpc), stubCall(call.metadata, call.getDeadline()))
  for await (const message of messages as AsyncIterable<unknown>) {
    call.write(rpc.responseSerialize(message))
  }
  call.end()
}

type Reply = (error: object | null, bytes?: Buffer) => void

const handlerOf = (passage: Passage, memory: ProxyMemory) =>
  passage.rpc.responseStream
    ? (call: RawStream) => {
        answerStream(call, passage, memory).catch((error: unknown) =>
          call.emit('error', statusFor(error)),
        )
      }
    : (call: RawUnary, reply: Reply) => {
        answerUnary(call, passage, memory).then(
          (bytes) => reply(null, bytes),
          (error: unknown) => reply(statusFor(error)),
        )
      }

const asIs = (bytes: unknown) => bytes as Buffer

/** Bytes pass as they are: only a stub needs them read. */
const raw = (rpc: Rpc): Rpc => {
  const codecs = { requestSerialize: asIs, responseSerialize: asIs }
  return { ...rpc, ...codecs, requestDeserialize: asIs, responseDeserialize: asIs }
}

/** Every RPC of the shop as the sidecar's proxy serves it: by `dapr-app-id` to a stub or to a real service. */
export const proxiedServices = (
  memory: ProxyMemory,
): readonly [ServiceDefinition, UntypedServiceImplementation][] =>
  Object.entries<ServiceDefinition>(definitions).map(([owner, definition]) => {
    const rpcs = Object.entries(definition)
    const handlers = rpcs.map(([key, rpc]) => {
      const name = `${owner}.${rpc.path.split('/').at(-1)}`
      return [key, handlerOf({ rpc, name, owner }, memory)]
    })
    const definitionOfBytes = Object.fromEntries(rpcs.map(([key, rpc]) => [key, raw(rpc)]))
    return [definitionOfBytes, Object.fromEntries(handlers)]
  })
