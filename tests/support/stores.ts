import { readFileSync } from 'node:fs'
import { addressOf } from '@micromart/store'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'

/** Connects to a database as an address says, over TLS where it says so. The administrator's names no schema. */
export const openMysql = (url: string, options: { dateStrings?: boolean } = {}) => {
  const address = new URL(url)
  if (address.pathname.length < 2) address.pathname = '/mysql'
  return createConnection({ ...addressOf(address.href), ...options })
}

const tlsOf = (url: string) => {
  const { protocol, searchParams } = new URL(url)
  const ca = searchParams.get('ssl_ca_certs')
  return protocol === 'rediss:' && ca !== null ? { tls: { ca: readFileSync(ca) } } : {}
}

/** Redis as an address says; it connects at the first command, and only once. */
export const openRedis = (url: string): Redis =>
  new Redis(url, { ...tlsOf(url), lazyConnect: true })
