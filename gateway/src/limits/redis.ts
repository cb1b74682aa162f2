import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Log } from '@micromart/kernel'
import { Redis } from 'ioredis'

const answerLimitMs = 250
const startLimitMs = 2_000

/** `rediss://` is verified TLS, by the root that `?ssl_ca_certs=<file>` names, the word of Redis' own clients. */
const tlsOf = (url: string) => {
  const { protocol, searchParams } = new URL(url)
  const file = searchParams.get('ssl_ca_certs')
  if (protocol !== 'rediss:') return {}
  const ca = file === null ? {} : { ca: readFileSync(file, 'utf8') }
  return { tls: { ...ca, minVersion: 'TLSv1.2' as const } }
}

/**
 * The connection that counts requests. Nothing waits for it: a command fails at once while Redis is away, and after
 * 250 ms when it does not answer.
 */
export const openRedis = async (
  url: string,
  log: Log,
): Promise<AsyncDisposable & { readonly client: Redis }> => {
  const client = new Redis(url, {
    ...tlsOf(url),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: answerLimitMs,
    connectTimeout: 2_000,
    enableAutoPipelining: true,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
  })
  let isAway = false
  client.on('error', (cause) => {
    if (!isAway) log.warn({ cause }, 'Redis is away: browsing stays open, logging in is closed')
    isAway = true
  })
  client.on('ready', () => {
    isAway = false
  })
  const signal = AbortSignal.timeout(startLimitMs)
  await once(client, 'ready', { signal }).catch(() => {}) // said by the error listener; go on without it
  return {
    client,
    [Symbol.asyncDispose]: async () => client.disconnect(),
  }
}
