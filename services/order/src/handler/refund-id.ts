import { hash } from 'node:crypto'
import { isId } from '@micromart/kernel'
import type { CallContext } from '@micromart/service'

/**
 * The id of a request's refund: the same for every repeat, also for one that goes on after a crash, or comes when its answer has
 * been forgotten. Another body under the key is another refund. A UUIDv7 (RFC 9562) like all ids: its time is the order's own, its
 * random bits are a hash of who asks for what under which key.
 * @returns undefined for a request without a key, or about no order
 */
export const refundIdOf = (orderId: string, call: CallContext): string | undefined => {
  const { caller, idempotency } = call
  if (!idempotency || !isId(orderId)) return undefined
  const { scope, key, fingerprint } = idempotency
  const who = caller.kind === 'anonymous' ? '' : caller.id
  const name = JSON.stringify([orderId.toLowerCase(), who, scope, key, fingerprint])
  const digest = hash('sha256', name, 'hex')
  const time = orderId.toLowerCase().slice(0, 13)
  const variant = ((Number.parseInt(digest.charAt(3), 16) & 3) | 8).toString(16)
  return [time, `7${digest.slice(0, 3)}`, variant + digest.slice(4, 7), digest.slice(8, 20)].join(
    '-',
  )
}
