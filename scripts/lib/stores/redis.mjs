import { readFileSync } from 'node:fs'
import { caOf, isTls } from './address.mjs'

/** What ioredis needs besides the address to verify the server. */
const redisOptions = (url) => {
  if (!isTls(url)) return {}
  const ca = caOf(url)
  return { tls: { minVersion: 'TLSv1.2', ...(ca ? { ca: readFileSync(ca, 'utf8') } : {}) } }
}

/**
 * Connects as an administrator, for a few commands.
 * @returns `{ call(command, ...args), close() }`
 */
export const connectRedis = async (url) => {
  const { Redis } = await import('ioredis') // there only after `npm ci`
  const client = new Redis(url, {
    ...redisOptions(url),
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  client.on('error', () => {}) // the call that fails says it
  await client.connect()
  await client.ping()
  return {
    call: (command, ...args) => client.call(command, ...args),
    close: () => client.disconnect(),
  }
}
