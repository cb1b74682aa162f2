import { createHash, randomBytes } from 'node:crypto'
import type { Secrets } from '../model/ports.ts'

/** Tokens from the system's random source; their digests need no salt, being random themselves. */
export const secretsNode: Secrets = {
  token: () => randomBytes(32).toString('base64url'),
  digest: (text) => createHash('sha256').update(text).digest('hex'),
}
