import type { handleUnaryCall } from '@grpc/grpc-js'
import type { CallContext } from './caller.ts'
import { refusal } from './refusal.ts'
import { servedCall } from './served.ts'

/** A unary RPC from a plain function: what it throws becomes the status that `refusal` gives it. */
export const unary =
  <Req, Res>(
    handle: (request: Req, call: CallContext) => Promise<Res>,
  ): handleUnaryCall<Req, Res> =>
  (call, reply) => {
    const { context, log } = servedCall()
    const answer = async () => handle(call.request, context)
    answer().then(
      (message) => reply(null, message),
      (error: unknown) => reply(refusal(error, log)),
    )
  }
