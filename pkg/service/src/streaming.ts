import { once } from 'node:events'
import {
  type handleBidiStreamingCall,
  type handleServerStreamingCall,
  type ServerDuplexStream,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js'
import type { CallContext } from './caller.ts'
import { refusal } from './refusal.ts'
import { servedCall } from './served.ts'

type Out<Res> = ServerWritableStream<unknown, Res> | ServerDuplexStream<unknown, Res>

/** Writes no faster than the caller reads, and stops when the caller has gone away. */
const writeAll = async <Res>(
  call: Out<Res>,
  messages: AsyncIterable<Res>,
  signal: AbortSignal,
): Promise<void> => {
  for await (const message of messages) {
    if (signal.aborted) return
    if (!call.write(message)) await once(call, 'drain', { signal })
  }
}

const pump = async <Res>(
  call: Out<Res>,
  messages: (known: CallContext) => AsyncIterable<Res>,
): Promise<void> => {
  const { context, log, answered } = servedCall()
  try {
    await writeAll(call, messages(context), context.signal)
    answered(status.OK)
    call.end()
  } catch (error) {
    if (context.signal.aborted) return // nobody listens
    const answer = refusal(error, log)
    answered(answer.code)
    call.emit('error', answer)
  }
}

/** A server-streaming RPC from an async generator. */
export const serverStream =
  <Req, Res>(
    handle: (request: Req, call: CallContext) => AsyncIterable<Res>,
  ): handleServerStreamingCall<Req, Res> =>
  (call) => {
    void pump(call, (known) => handle(call.request, known))
  }

/** A bidirectional RPC from an async generator over the incoming messages. */
export const bidi =
  <Req, Res>(
    handle: (requests: AsyncIterable<Req>, call: CallContext) => AsyncIterable<Res>,
  ): handleBidiStreamingCall<Req, Res> =>
  (call) => {
    void pump(call, (known) => handle(call as AsyncIterable<Req>, known))
  }
