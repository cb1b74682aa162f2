import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'

/** How the server proves who it is; for mysql2. */
type Tls = {
  /** PEM; without it the CAs that Node knows are believed. */
  readonly ca?: string
  readonly verifyIdentity: true
  readonly rejectUnauthorized: true
  readonly minVersion: 'TLSv1.2'
}

/** Where a database is and who asks. */
export type Address = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Absent: the connection is plain. */
  readonly ssl?: Tls
}

const form = 'mysql://account:password@host:port/database'

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new Error(`ssl-ca of a database URL names ${file}, which cannot be read`, { cause })
  }
}

/** mysql2 verifies a name; for an address it would look for "localhost", which is right for this machine's own only. */
const requireName = (host: string): void => {
  const isOwn = host === '127.0.0.1' || host === '[::1]'
  if (isOwn || isIP(host.replace(/^\[|\]$/g, '')) === 0) return
  throw new Error('ssl-mode=VERIFY_IDENTITY needs the name of the database’s host, not its address')
}

const tlsOf = ({ hostname, searchParams }: URL): Tls | undefined => {
  const mode = searchParams.get('ssl-mode')
  const file = searchParams.get('ssl-ca')
  if (mode === null && file === null) return undefined
  if (mode !== 'VERIFY_IDENTITY') {
    throw new Error('ssl-mode of a database URL is VERIFY_IDENTITY, or absent: less proves nothing')
  }
  requireName(hostname)
  const ca = file === null ? {} : { ca: read(file) }
  return { ...ca, verifyIdentity: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' }
}

/**
 * Reads `mysql://account:password@host:port/database`; account and password may be percent-encoded. With
 * `?ssl-mode=VERIFY_IDENTITY&ssl-ca=<file>`, the names of MySQL's own clients, the server is verified by that root.
 * Source: https://dev.mysql.com/doc/refman/8.4/en/connection-options.html
 */
export const addressOf = (url: string): Address => {
  const read = new URL(url)
  const { protocol, hostname, port, username, password, pathname } = read
  const database = decodeURIComponent(pathname.slice(1))
  if (protocol !== 'mysql:' || database === '') {
    throw new Error(`a database URL has the form ${form}`)
  }
  const ssl = tlsOf(read)
  return {
    host: hostname,
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
    ...(ssl ? { ssl } : {}),
  }
}
