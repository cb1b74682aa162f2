import { writeFileSync } from 'node:fs'
import { caOf, isTls } from '../stores/address.mjs'

const quoted = (text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`

/** What MariaDB's own programs read for an address: nothing of it stands on a command line. */
export const clientText = (url) => {
  const { hostname, port, username, password } = new URL(url)
  const ca = caOf(url)
  return [
    '[client]',
    `host=${hostname}`,
    `port=${port || 3306}`,
    `user=${quoted(decodeURIComponent(username))}`,
    `password=${quoted(decodeURIComponent(password))}`,
    ...(isTls(url) ? ['ssl-verify-server-cert', ...(ca ? [`ssl-ca=${quoted(ca)}`] : [])] : []),
    '',
  ].join('\n')
}

export const writeClientFile = (file, url) => {
  writeFileSync(file, clientText(url), { mode: 0o600 })
  return file
}
