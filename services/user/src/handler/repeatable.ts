import { type CallContext, keyed, type MessageCodec, unary } from '@micromart/service'
import { userOf } from './caller.ts'

/** Where answers are kept by the request's idempotency key, noted under the account that they are about, if any. */
export type AnswersAbout = (accountId: string | undefined) => Parameters<typeof keyed>[0]

type Handle<Req, Res> = (request: Req, call: CallContext) => Promise<Res>

/** An RPC that may come again with its idempotency key: the effect and the answer are one transaction. */
export const repeatable =
  (answers: AnswersAbout) =>
  <Req, Res>(
    name: string,
    message: MessageCodec<Res>,
    handle: Handle<Req, Res>,
    about: (request: Req, call: CallContext) => string | undefined = (_, call) => userOf(call).id,
  ) =>
    unary<Req, Res>((request, call) =>
      keyed(answers(about(request, call)), name, message, handle)(request, call),
    )
