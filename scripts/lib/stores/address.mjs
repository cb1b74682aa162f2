/**
 * Addresses of the stores: `mysql://user:password@host:port/database`, `redis://user:password@host:port/number`. Over TLS, verified:
 * `mysql://...?ssl-mode=VERIFY_IDENTITY&ssl-ca=<file>` (the names of MySQL's own clients), `rediss://...?ssl_ca_certs=<file>` (those of
 * Redis'). Without a file the CAs that this machine knows are believed.
 */

/** Whether a store's address asks for TLS. */
export const isTls = (url) => {
  const { protocol, searchParams } = new URL(url)
  return protocol === 'rediss:' || searchParams.get('ssl-mode') === 'VERIFY_IDENTITY'
}

/** The root that the server's certificate is verified by; undefined when none is named. */
export const caOf = (url) => {
  const { searchParams } = new URL(url)
  return searchParams.get('ssl-ca') ?? searchParams.get('ssl_ca_certs') ?? undefined
}

export const hostOf = (url, standardPort) => {
  const { hostname, port } = new URL(url)
  return `${hostname}:${port || standardPort}`
}

/** The same server and the same TLS for another account or database. */
export const urlWith = (url, { user, password, database }) => {
  const other = new URL(url)
  if (user !== undefined) other.username = encodeURIComponent(user)
  if (password !== undefined) other.password = encodeURIComponent(password)
  if (database !== undefined) other.pathname = `/${database}`
  return other.href
}
