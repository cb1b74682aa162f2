import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'

/** What opens a guest's order: HMAC-SHA256 of its id, base64url. It is computed again, never stored. */
export type OrderTokens = {
  readonly of: (orderId: string) => string
  readonly opens: (orderId: string, token: string | undefined) => boolean
}

/** @param key 32 random bytes, the secret `order-token-key` */
export const orderTokens = (key: Buffer): OrderTokens => {
  const secret = createSecretKey(key) // imported once, not for every token
  const of = (orderId: string) => createHmac('sha256', secret).update(orderId).digest('base64url')
  return {
    of,
    opens: (orderId, token) => {
      if (token === undefined) return false
      const [given, wanted] = [Buffer.from(token), Buffer.from(of(orderId))]
      return given.length === wanted.length && timingSafeEqual(given, wanted)
    },
  }
}
