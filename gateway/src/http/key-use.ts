import type { Route } from './route.ts'

/** What a route does with an `Idempotency-Key`. */
export type KeyUse = 'required' | 'accepted' | 'ignored'

/**
 * Unsafe JSON routes take a key. Those whose answers hold secrets say `ignored` in their rows; a file's rows and a
 * provider's notice have keys of their own.
 */
export const keyUse = ({ method, body, idempotencyKey }: Route): KeyUse => {
  if (idempotencyKey !== undefined) return idempotencyKey
  return method === 'get' || (body !== undefined && body.type !== 'json') ? 'ignored' : 'accepted'
}
