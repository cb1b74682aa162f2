import type { Acting, Actor } from '@micromart/kernel'
import { trace } from '@opentelemetry/api'
import type { CallContext } from './caller.ts'

/** A call without a user's token is made by the app that passed it on. */
const actorOf = ({ caller, origin }: CallContext): Actor => {
  if (caller.kind === 'anonymous') return { kind: 'service', id: origin?.app ?? '', roles: [] }
  const { kind, id } = caller
  return { kind, id, roles: kind === 'user' ? caller.roles : [] }
}

/** Who calls and from where, as the audit log has it. Whole for RPCs whose mark names what they write there. */
export const actingOf = (call: CallContext): Acting => ({
  actor: actorOf(call),
  address: call.origin?.address,
  userAgent: call.origin?.userAgent,
  requestId: call.requestId,
  traceId: trace.getActiveSpan()?.spanContext().traceId,
})
