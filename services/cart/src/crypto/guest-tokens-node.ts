import { createHash, randomBytes } from 'node:crypto'
import type { GuestTokens } from '../model/ports.ts'

/** Tokens of 32 random bytes as base64url. Only their SHA-256 is kept: who reads the store cannot open a cart. */
export const guestTokens: GuestTokens = {
  mint: () => randomBytes(32).toString('base64url'),
  keyOf: (token) => `guest:${createHash('sha256').update(token).digest('hex')}`,
}
