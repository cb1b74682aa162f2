import { createHmac, hkdfSync } from 'node:crypto'
import type { LinkTokens } from '../model/mail-ports.ts'

const tokenBytes = 16

const macOf = (secret: Buffer, text: string): Buffer =>
  createHmac('sha256', secret).update(text).digest().subarray(0, tokenBytes)

/**
 * 128 bits of the HMAC-SHA256 of the mail's id under a key of its own (HKDF, RFC 5869): a letter that is sent again has the same link, and no table
 * holds what opens it.
 * @param kek base64, the key-encryption key of the secret store
 */
export const linkTokensNode = (kek: string): LinkTokens => {
  const key = hkdfSync('sha256', Buffer.from(kek, 'base64'), '', 'micromart links in mails', 32)
  const secret = Buffer.from(key)
  return { of: (mailId) => macOf(secret, mailId).toString('base64url') }
}
