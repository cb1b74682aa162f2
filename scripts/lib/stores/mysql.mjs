import { readFileSync } from 'node:fs'
import { caOf, isTls } from './address.mjs'

/** What mysql2 needs for an address; what its own reading of one does not know is TLS by the usual names. */
export const mysqlOptions = (url) => {
  const { hostname, port, username, password, pathname } = new URL(url)
  const ca = caOf(url)
  const ssl = {
    ...(ca ? { ca: readFileSync(ca, 'utf8') } : {}),
    verifyIdentity: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  }
  return {
    host: hostname,
    port: Number(port || 3306),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    ...(pathname.length > 1 ? { database: decodeURIComponent(pathname.slice(1)) } : {}),
    ...(isTls(url) ? { ssl } : {}),
  }
}

/** Connects as whom an address names. */
export const connectMysql = async (url) => {
  const { default: mysql } = await import('mysql2/promise') // there only after `npm ci`
  return mysql.createConnection(mysqlOptions(url))
}
