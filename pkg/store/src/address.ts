/** Where a database is and who asks. */
export type Address = {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** Reads `mysql://account:password@host:port/database`; account and password may be percent-encoded. */
export const addressOf = (url: string): Address => {
  const { protocol, hostname, port, username, password, pathname } = new URL(url)
  const database = decodeURIComponent(pathname.slice(1))
  if (protocol !== 'mysql:' || database === '') {
    throw new Error('a database URL has the form mysql://account:password@host:port/database')
  }
  return {
    host: hostname,
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
  }
}
