import { hash } from 'node:crypto'
import type { KeyedAnswers } from '@micromart/store/idempotency'
import type { CallContext, Caller } from './caller.ts'
import { servedCall } from './served.ts'

/** ts-proto's object of a message, such as `CreateProductResponse`. */
export type MessageCodec<T> = {
  readonly encode: (message: T) => { readonly finish: () => Uint8Array }
  readonly decode: (bytes: Uint8Array) => T
}

type Handle<Req, Res> = (request: Req, call: CallContext) => Promise<Res>

const nameOf = (caller: Caller): string => {
  if (caller.kind === 'anonymous') return ''
  return caller.kind === 'user' ? caller.id : `client ${caller.id}`
}

/** What is the same request: same handler, route and principal (scope), caller and key. */
const rowId = (handler: string, { caller, idempotency }: CallContext): string => {
  const parts = [handler, idempotency?.scope, nameOf(caller), idempotency?.key]
  return hash('sha256', JSON.stringify(parts), 'hex')
}

/**
 * A handler whose answer is kept by the request's idempotency key: `unary(keyed(answers, 'CreateProduct', CreateProductResponse,
 * handle))`. Answers are kept as encoded protobuf, refusals of kind precondition with code and params; a repeat gets them
 * with metadata `idempotent-replayed`. A request without a key runs plainly.
 * @param answers `idempotent(db)` when the effect is one local transaction, `resumable(db)` when it has steps elsewhere
 * @param name the RPC's, at most 64 characters
 * @throws DomainError precondition `idempotency_mismatch`, conflict `idempotency_in_progress`
 */
export const keyed =
  <Req, Res>(
    answers: KeyedAnswers,
    name: string,
    message: MessageCodec<Res>,
    handle: Handle<Req, Res>,
  ): Handle<Req, Res> =>
  async (request, call) => {
    const { idempotency } = call
    if (!idempotency) return handle(request, call)
    const { fingerprint } = idempotency
    const codec = {
      encode: (answer: Res) => message.encode(answer).finish(),
      decode: (bytes: Uint8Array) => message.decode(bytes),
    }
    const id = rowId(name, call)
    const kept = await answers({ id, fingerprint, handler: name, codec }, () =>
      handle(request, call),
    )
    if (kept.replayed) servedCall().replayed = true
    if ('refusal' in kept) throw kept.refusal
    return kept.answer
  }
