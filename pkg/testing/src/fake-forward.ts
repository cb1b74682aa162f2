import {
  Client,
  type ClientDuplexStream,
  credentials,
  type Metadata,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type StatusObject,
} from '@grpc/grpc-js'
import { withOwnSpan } from './traceparent.ts'

/** A real service in this process that calls are passed on to. */
export type Target = {
  readonly app: string
  readonly port: number
  readonly callerId: string
  readonly appToken: string | undefined
}

export type RawUnary = ServerUnaryCall<Buffer, Buffer>
export type RawStream = ServerDuplexStream<Buffer, Buffer>

const asIs = (bytes: Buffer): Buffer => bytes

/** What a callee gets from its sidecar: the target's name replaced by both ends', a second traceparent appended. */
const forwarded = (metadata: Metadata, { app, callerId, appToken }: Target): Metadata => {
  const sent = metadata.clone()
  for (const name of ['dapr-app-id', 'dapr-api-token', 'dapr-stream']) sent.remove(name)
  sent.set('dapr-caller-app-id', callerId)
  sent.set('dapr-callee-app-id', app)
  if (appToken !== undefined) sent.set('dapr-api-token', appToken)
  const [traceparent] = sent.get('traceparent')
  if (traceparent !== undefined) sent.add('traceparent', withOwnSpan(String(traceparent)))
  return sent
}

const dial = ({ port }: Target) => new Client(`127.0.0.1:${port}`, credentials.createInsecure())

/**
 * Passes a unary call on, with its deadline and its cancelling.
 * @param trailer where the metadata goes that comes with the answer
 */
export const forwardUnary = (
  call: RawUnary,
  path: string,
  target: Target,
  trailer: Metadata,
): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const client = dial(target)
    const metadata = forwarded(call.metadata, target)
    const options = { deadline: call.getDeadline() }
    const answered = (error: Error | null, bytes?: Buffer) => {
      client.close()
      if (error) reject(error)
      else resolve(bytes ?? Buffer.alloc(0))
    }
    const sent = client.makeUnaryRequest(
      path,
      asIs,
      asIs,
      call.request,
      metadata,
      options,
      answered,
    )
    sent.on('status', (end: StatusObject) => trailer.merge(end.metadata))
    call.on('cancelled', () => sent.cancel())
  })

const fedBy = (call: RawStream, sent: ClientDuplexStream<Buffer, Buffer>) => {
  call.on('data', (bytes: Buffer) => sent.write(bytes))
  call.on('end', () => sent.end())
  return sent
}

/**
 * Passes a streaming call on.
 * @param single the one request of a server-streaming call; undefined for a stream of requests
 */
export const forwardStream = (
  call: RawStream,
  path: string,
  single: Buffer | undefined,
  target: Target,
): void => {
  const client = dial(target)
  const metadata = forwarded(call.metadata, target)
  const options = { deadline: call.getDeadline() }
  const sent = single
    ? client.makeServerStreamRequest(path, asIs, asIs, single, metadata, options)
    : fedBy(call, client.makeBidiStreamRequest(path, asIs, asIs, metadata, options))
  call.on('cancelled', () => sent.cancel())
  sent.on('data', (bytes: Buffer) => call.write(bytes))
  sent.on('error', (error) => call.emit('error', error))
  sent.on('end', () => call.end())
  sent.on('status', () => client.close())
}
