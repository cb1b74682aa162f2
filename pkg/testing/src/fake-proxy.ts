import {
  Metadata,
  type MethodDefinition,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { idempotencyHeaders, originHeaders } from '@micromart/contracts'
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
  /** What it told of where the request came from. */
  readonly origin: { readonly address?: string; readonly userAgent?: string }
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

/** One RPC on its way: how its bytes read, what it is called in tests, and what comes back beside its answer. */
type Passage = {
  readonly rpc: Rpc
  /** Undefined when the call names no app. */
  readonly app: string | undefined
  /** `cart.GetLines` */
  readonly name: string
  readonly trailer: Metadata
}

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

const originOf = (metadata: Metadata): RecordedCall['origin'] => {
  const address = text(metadata, originHeaders.address)
  const userAgent = text(metadata, originHeaders.userAgent)
  return {
    ...(address !== undefined && { address }),
    ...(userAgent !== undefined && { userAgent }),
  }
}

const stubCall = (metadata: Metadata, deadline: Date | number, { trailer }: Passage): StubCall => ({
  token: tokenOf(metadata),
  requestId: text(metadata, 'x-request-id'),
  deadline: Number.isFinite(Number(deadline)) ? new Date(deadline) : undefined,
  header: (name) => text(metadata, name),
  replay: () => trailer.set(idempotencyHeaders.replayed, '1'),
})

const record = (memory: ProxyMemory, name: string, metadata: Metadata, request: unknown): void => {
  memory.calls.push({
    name,
    request,
    token: tokenOf(metadata),
    requestId: text(metadata, 'x-request-id'),
    traceparent: text(metadata, 'traceparent'),
    origin: originOf(metadata),
  })
}

/** A DomainError travels as a service sends it, an object with a code as that status; the rest is our test's bug. */
const statusFor = (error: unknown, trailer: Metadata): object => {
  if (error instanceof DomainError) {
    const refused = refusal(error)
    refused.metadata.merge(trailer)
    return refused
  }
  if (typeof error === 'object' && error !== null && 'code' in error) return error
  return new Refused(status.UNKNOWN, `the stub threw: ${String(error)}`)
}

const rpcsOf: { readonly [app: string]: ServiceDefinition } = definitions

const servedBy = (app: string, { path }: Rpc): boolean =>
  Object.values(rpcsOf[app] ?? {}).some((rpc) => rpc.path === path)

/**
 * Where a call goes: a real service or a stub.
 * @throws Refused as daprd would
 */
const aimOf = ({ app, name, rpc }: Passage, memory: ProxyMemory): Target | AnyStub => {
  if (app === undefined) throw new Refused(status.UNKNOWN, 'dapr-app-id is missing')
  const port = memory.routes.get(app)
  if (port !== undefined) return { app, port, callerId: memory.appId, appToken: memory.appToken }
  const stub = servedBy(app, rpc) ? memory.stubs.get(name) : undefined
  if (stub) return stub
  const isThere = [...memory.stubs.keys()].some((key) => key.startsWith(`${app}.`))
  if (isThere) throw new Refused(status.UNIMPLEMENTED, `unknown method ${rpc.path}`)
  throw new Refused(status.UNKNOWN, `failed to resolve address for '${app}'`)
}

const answerUnary = async (call: RawUnary, passage: Passage, memory: ProxyMemory) => {
  const { rpc, name, trailer } = passage
  const request = rpc.requestDeserialize(call.request)
  record(memory, name, call.metadata, request)
  const aim = aimOf(passage, memory)
  if (typeof aim !== 'function') return forwardUnary(call, rpc.path, aim, trailer)
  const defaults = rpc.responseDeserialize(Buffer.alloc(0)) as object
  const known = stubCall(call.metadata, call.getDeadline(), passage)
  const given = (await aim(request, known)) as object
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
  const aim = aimOf(passage, memory)
  if (typeof aim !== 'function') return forwardStream(call, rpc.path, single, aim)
  const known = stubCall(call.metadata, call.getDeadline(), passage)
  for await (const message of aim(request ?? decoded(call, rpc), known) as AsyncIterable<unknown>) {
    if (call.cancelled) return // nobody listens
    call.write(rpc.responseSerialize(message))
  }
  call.end()
}

type Reply = (error: object | null, bytes?: Buffer, trailer?: Metadata) => void

const passageOf = (rpc: Rpc, metadata: Metadata): Passage => {
  const app = text(metadata, 'dapr-app-id')
  const name = `${app ?? '?'}.${rpc.path.split('/').at(-1)}`
  return { rpc, app, name, trailer: new Metadata() }
}

const handlerOf = (rpc: Rpc, memory: ProxyMemory) =>
  rpc.responseStream
    ? (call: RawStream) => {
        const passage = passageOf(rpc, call.metadata)
        answerStream(call, passage, memory).catch((error: unknown) =>
          call.emit('error', statusFor(error, passage.trailer)),
        )
      }
    : (call: RawUnary, reply: Reply) => {
        const passage = passageOf(rpc, call.metadata)
        const { trailer } = passage
        answerUnary(call, passage, memory).then(
          (bytes) => reply(null, bytes, trailer),
          (error: unknown) => reply(statusFor(error, trailer)),
        )
      }

const asIs = (bytes: unknown) => bytes as Buffer

/** Bytes pass as they are: only a stub needs them read. */
const raw = (rpc: Rpc): Rpc => {
  const codecs = { requestSerialize: asIs, responseSerialize: asIs }
  return { ...rpc, ...codecs, requestDeserialize: asIs, responseDeserialize: asIs }
}

/** Every RPC of the shop, by its path, as the sidecar's proxy serves it: by `dapr-app-id` to a stub or to a real service. */
export const proxiedRpcs = (
  memory: ProxyMemory,
): readonly [ServiceDefinition, UntypedServiceImplementation] => {
  const all = Object.values(rpcsOf).flatMap((rpcs) => Object.values(rpcs))
  const byPath = new Map(all.map((rpc) => [rpc.path, rpc]))
  const entries = [...byPath]
  return [
    Object.fromEntries(entries.map(([path, rpc]) => [path, raw(rpc)])),
    Object.fromEntries(entries.map(([path, rpc]) => [path, handlerOf(rpc, memory)])),
  ]
}
