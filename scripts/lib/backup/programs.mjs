import { existsSync } from 'node:fs'
import path from 'node:path'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { Fault } from '../terminal/fault.mjs'

const suite = 'bookworm' // that of the stores' images: MariaDB 10.11

const unpacked = () => path.join(cacheDir(), `mariadb-client-${suite}-${process.arch}`)

const find = (name) => {
  const found = findProgram(name)
  if (found) return found
  const cached = path.join(unpacked(), 'usr', 'bin', name)
  return existsSync(cached) ? cached : undefined
}

const wanted = ['mariadb', 'mariadb-dump', 'mariadb-binlog']

/** Their libraries are the server's, too. */
const fetchClients = (say, logDir) =>
  say.step("MariaDB's clients: unpacking Debian's into the cache", { usually: '5 s, once' }, () =>
    unpackDebian({
      suite,
      packages: ['mariadb-client'],
      only: ['mariadb-client', 'mariadb-client-core'],
      folder: unpacked(),
      log: path.join(logDir, 'mariadb-client.log'),
    }),
  )

/**
 * What dumps, reads logs and loads: on the PATH, or Debian's, unpacked into the cache.
 * @returns `{ mariadb, dump, log }`
 */
export const ensureClients = async (say, logDir) => {
  if (wanted.some((name) => !find(name)) && canUnpackDebian()) await fetchClients(say, logDir)
  const missing = wanted.filter((name) => !find(name))
  if (missing.length > 0) {
    throw new Fault(`${missing.join(', ')} missing on this machine`, {
      advice: 'Install the clients of MariaDB (Debian: sudo apt-get install mariadb-client).',
    })
  }
  const [mariadb, dump, log] = wanted.map(find)
  return { mariadb, dump, log }
}

/** What cuts Redis' file at an instant. */
export const findAofTool = () => findProgram('redis-check-aof', 'valkey-check-aof')
