import {
  Client,
  credentials,
  Metadata,
  type MethodDefinition,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { refusal } from '@micromart/service'
import { DomainError } from '@micromart/kernel'
import { definitions, isKnownApp, type StubCall } from './apps.ts'
import { withOwnSpan } from './traceparent.ts'

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

type Raw = MethodDefinition<unknown, unknown>
type Unary = ServerUnaryCall<Buffer, Buffer>
type Stream = ServerDuplexStream<Buffer, Buffer>
type Failure = { readonly code: number; readonly details: string; readonly metadata?: Metadata }

const asIs = (bytes: unknown): Buffer => bytes as Buffer

const text = (metadata: Metadata, name: string): string | undefined => {
  const [value] = metadata.get(name)
  return value === undefined ? undefined : String(value)
}

const tokenOf = (metadata: Metadata) => text(metadata, 'authorization')?.replace(/^Bearer /, '')

const stubCall = (metadata: Metadata, deadline: Date | number): StubCall => ({
  token: tokenOf(metadata),
  requestId: text(metadata, 'x-request-id'),
  deadline: deadline instanceof Date ? deadline : undefined,
  header: (name) => text(metadata, name),
})

/** What a callee gets from its sidecar: the target's name replaced by both ends', a second traceparent appended. */
const forwarded = (metadata: Metadata, callee: string, memory: ProxyMemory): Metadata => {
  const sent = metadata.clone()
  for (const name of ['dapr-app-id', 'dapr-api-token', 'dapr-stream']) sent.remove(name)
  sent.set('dapr-caller-app-id', memory.appId)
  sent.set('dapr-callee-app-id', callee)
  if (memory.appToken !== undefined) sent.set('dapr-api-token', memory.appToken)
  const [traceparent] = sent.get('traceparent')
  if (traceparent !== undefined) sent.add('traceparent', withOwnSpan(String(traceparent)))
  return sent
}

/** Errors of stubs: a DomainError as a service sends it, an object with a code as a raw status, the rest our test's bug. */
const failureOf = (error: unknown): Failure => {
  if (error instanceof DomainError) return refusal(error)
  if (typeof error === 'object' && error !== null && 'code' in error) {
    return error as Failure
  }
  return { code: status.UNKNOWN, details: `the stub threw: ${String(error)}` }
}

type Aim = { readonly app: string; readonly stub?: AnyStub; readonly port?: number }

/** Where a call goes, or how daprd refuses it. */
const aimOf = (metadata: Metadata, name: string, owner: string, memory: ProxyMemory): Aim => {
  const app = text(metadata, 'dapr-app-id')
  if (app === undefined) throw { code: status.UNKNOWN, details: 'dapr-app-id is missing' }
  const port = memory.routes.get(app)
  if (port !== undefined) return { app, port }
  const stub = app === owner ? memory.stubs.get(name) : undefined
  if (stub) return { app, stub }
  const isThere = [...memory.stubs.keys()].some((key) => key.startsWith(`${app}.`))
  if (isThere) throw { code: status.UNIMPLEMENTED, details: `unknown method ${name}` }
  throw { code: status.UNKNOWN, details: `failed to resolve address for '${app}'` }
}

const openClient = (port: number) => new Client(`127.0.0.1:${port}`, credentials.createInsecure())

const forwardUnary = (
  call: Unary,
  { path }: Raw,
  aim: Required<Pick<Aim, 'app' | 'port'>>,
  memory: ProxyMemory,
) =>
  new Promise<Buffer>((resolve, reject) => {
    const client = openClient(aim.port)
    const metadata = forwarded(call.metadata, aim.app, memory)
    const deadline = call.getDeadline()
    const sent = client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      call.request,
      metadata,
      { deadline },
      (error, bytes) => {
        client.close()
        if (error) reject(error)
        else resolve(bytes ?? Buffer.alloc(0))
      },
    )
    call.on('cancelled', () => sent.cancel())
  })

const answerUnary = async (
  call: Unary,
  method: Raw,
  name: string,
  owner: string,
  memory: ProxyMemory,
) => {
  const request = method.requestDeserialize(call.request)
  record(memory, name, call.metadata, request)
  const { app, stub, port } = aimOf(call.metadata, name, owner, memory)
  if (port !== undefined) return forwardUnary(call, method, { app, port }, memory)
  const defaults = method.responseDeserialize(Buffer.alloc(0)) as object
  const given = (await stub?.(request, stubCall(call.metadata, call.getDeadline()))) as object
  return method.responseSerialize({ ...defaults, ...given })
}

const record = (memory: ProxyMemory, name: string, metadata: Metadata, request: unknown): void => {
  memory.calls.push({
    name,
    request,
    token: tokenOf(metadata),
    requestId: text(metadata, 'x-request-id'),
    traceparent: text(metadata, 'traceparent'),
  })
}

async function* decoded(call: Stream, { requestDeserialize }: Raw): AsyncIterable<unknown> {
  for await (const bytes of call) yield requestDeserialize(bytes as Buffer)
}

const answerStream = async (
  call: Stream,
  method: Raw,
  name: string,
  owner: string,
  memory: ProxyMemory,
) => {
  const single = method.requestStream ? undefined : (call as unknown as Unary).request
  const request = single && method.requestDeserialize(single)
  record(memory, name, call.metadata, request)
  const { app, stub, port } = aimOf(call.metadata, name, owner, memory)
  if (port !== undefined) return forwardStream(call, method, single, { app, port }, memory)
  const messages = stub?.(
    request ?? decoded(call, method),
    stubCall(call.metadata, call.getDeadline()),
  )
  for await (const message of messages as AsyncIterable<unknown>) {
    call.write(method.responseSerialize(message))
  }
  call.end()
}

const forwardStream = (
  call: Stream,
  { path }: Raw,
  single: Buffer | undefined,
  aim: Required<Pick<Aim, 'app' | 'port'>>,
  memory: ProxyMemory,
): void => {
  const client = openClient(aim.port)
  const metadata = forwarded(call.metadata, aim.app, memory)
  const options = { deadline: call.getDeadline() }
  const sent = single
    ? client.makeServerStreamRequest(path, asIs, asIs, single, metadata, options)
    : call.pipe(client.makeBidiStreamRequest(path, asIs, asIs, metadata, options))
  call.on('cancelled', () => sent.cancel())
  sent.on('data', (bytes: Buffer) => call.write(bytes))
  sent.on('error', (error) => call.emit('error', error))
  sent.on('end', () => call.end())
  sent.on('status', () => client.close())
}

const handlerOf = (method: Raw, name: string, owner: string, memory: ProxyMemory) =>
  method.responseStream
    ? (call: Stream) => {
        answerStream(call, method, name, owner, memory).catch((error: unknown) =>
          call.emit('error', failureOf(error)),
        )
      }
    : (call: Unary, reply: (error: object | null, bytes?: Buffer) => void) => {
        answerUnary(call, method, name, owner, memory).then(
          (bytes) => reply(null, bytes),
          (error: unknown) => reply(failureOf(error)),
        )
      }

const raw = (method: Raw): Raw => ({
  ...method,
  requestSerialize: asIs,
  requestDeserialize: (bytes) => bytes,
  responseSerialize: asIs,
  responseDeserialize: (bytes) => bytes,
})

/** Every RPC of the shop as the sidecar's proxy serves it: by `dapr-app-id` to a stub or to a real service. */
export const proxiedServices = (
  memory: ProxyMemory,
): readonly [ServiceDefinition, UntypedServiceImplementation][] =>
  Object.entries(definitions).map(([owner, definition]) => {
    if (!isKnownApp(owner)) throw new Error(`no app ${owner}`)
    const methods = Object.entries(definition as ServiceDefinition)
    const nameOf = ({ path }: Raw) => `${owner}.${path.split('/').at(-1)}`
    const rpcs = methods.map(([key, method]) => [key, raw(method)])
    const handlers = methods.map(([key, method]) => [
      key,
      handlerOf(method, nameOf(method), owner, memory),
    ])
    return [Object.fromEntries(rpcs), Object.fromEntries(handlers)]
  })
