import { type handleUnaryCall, Metadata, type StatusObject } from '@grpc/grpc-js'
import { idempotencyHeaders } from '@micromart/contracts'
import type { CallContext } from './caller.ts'
import { refusal } from './refusal.ts'
import { servedCall } from './served.ts'

const markReplayed = (metadata: Metadata): Metadata => {
  metadata.set(idempotencyHeaders.replayed, '1')
  return metadata
}

/** A unary RPC from a plain function: what it throws becomes the status that `refusal` gives it. */
export const unary =
  <Req, Res>(
    handle: (request: Req, call: CallContext) => Promise<Res>,
  ): handleUnaryCall<Req, Res> =>
  (call, reply) => {
    const served = servedCall()
    const { context, log } = served
    const answer = async () => handle(call.request, context)
    const refuse = (error: unknown): StatusObject => {
      const status = refusal(error, log)
      if (served.replayed) markReplayed(status.metadata)
      return status
    }
    answer().then(
      (message) => reply(null, message, served.replayed ? markReplayed(new Metadata()) : undefined),
      (error: unknown) => reply(refuse(error)),
    )
  }
