import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Seals small secrets; opening with another key, label or a changed text fails. */
export type KeyBox = {
  readonly seal: (plain: Uint8Array, label: string) => string
  readonly open: (sealed: string, label: string) => Buffer
}

const algorithm = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM (NIST SP 800-38D) with a fresh IV each time. Form: base64 of IV, tag, ciphertext. The label is bound to it.
 * @param key base64 of 32 bytes, from the secret store
 * @throws Error when the key has another length
 */
export const keyBox = (key: string): KeyBox => {
  const bytes = Buffer.from(key, 'base64')
  if (bytes.length !== 32) throw new Error('The key-encryption key is not base64 of 32 bytes')
  return {
    seal: (plain, label) => {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv(algorithm, bytes, iv).setAAD(Buffer.from(label))
      const text = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64')
    },
    open: (sealed, label) => {
      const parts = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv(algorithm, bytes, parts.subarray(0, ivBytes), {
        authTagLength: tagBytes,
      })
      decipher.setAAD(Buffer.from(label))
      decipher.setAuthTag(parts.subarray(ivBytes, ivBytes + tagBytes))
      return Buffer.concat([decipher.update(parts.subarray(ivBytes + tagBytes)), decipher.final()])
    },
  }
}

/**
 * A box under a key of its own, for what is sealed often: it is derived from the first by its purpose (HKDF, RFC 5869).
 * @throws Error when the key has another length than 32 bytes
 */
export const keyBoxFor = (purpose: string, key: string): KeyBox => {
  const derived = hkdfSync('sha256', Buffer.from(key, 'base64'), '', purpose, 32)
  return keyBox(Buffer.from(derived).toString('base64'))
}
