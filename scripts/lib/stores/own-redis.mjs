import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Fault } from '../terminal/fault.mjs'
import { findProgram } from '../machine/programs.mjs'
import { portNear } from '../machine/ports.mjs'
import { outputOf } from '../machine/run-command.mjs'
import { spawnServer, waitFor } from './servers.mjs'
import { connectRedis } from './redis.mjs'
import { inRange, versionIn, versionText } from '../machine/versions.mjs'

const supported = { from: [6, 2, 0], below: [99, 0, 0] }

export const findRedis = async () => {
  const file = findProgram('redis-server', 'valkey-server')
  if (!file) return undefined
  const version = versionIn(((await outputOf(file, ['--version'])) ?? '').replace(/^.*?v=/, ''))
  return { file, version, supported: inRange(version, supported) }
}

// Port 0 is none: there is no plain door.
const doors = (port, tls) =>
  tls
    ? `port 0
tls-port ${port}
tls-cert-file ${tls.files.certificate}
tls-key-file ${tls.files.key}
tls-ca-cert-file ${tls.ca}
tls-auth-clients no
tls-protocols "TLSv1.2 TLSv1.3"`
    : `port ${port}`

/** Since Redis 7 its file tells the time, so that it can be cut at an instant. */
const timeIn = ([major]) => (major >= 7 ? 'aof-timestamp-enabled yes\n' : '')

const settings = ({ folder, port, password, durable, tls, version }) => `bind 127.0.0.1
${doors(port, tls)}
dir ${folder}
requirepass ${password}
maxmemory-policy noeviction
appendonly ${durable ? 'yes' : 'no'}
appendfsync everysec
${timeIn(version)}save ""
`

const passwordIn = (folder) => {
  const file = path.join(folder, 'admin-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

/**
 * Runs Redis privately, with its data in `folder`.
 * @param name of its process in the run
 * @param tls `{ files, ca }`: takes nothing else than TLS with that certificate
 * @returns the administrator's address
 */
export const startOwnRedis = async ({
  name = 'redis',
  folder,
  wish,
  durable = true,
  tls,
  run,
  log,
}) => {
  const found = await findRedis()
  if (!found.supported) {
    throw new Fault(
      `${found.file} is Redis ${found.version ? versionText(found.version) : 'of unknown version'}; the shop needs 6.2 at least`,
      {
        advice: 'Install a newer one, or set MICROMART_REDIS_URL.',
      },
    )
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const password = passwordIn(folder)
  const port = await portNear(wish)
  const file = path.join(folder, 'redis.conf')
  writeFileSync(file, settings({ folder, port, password, durable, tls, version: found.version }), {
    mode: 0o600,
  })
  const server = spawnServer(name, found.file, [file], { run, log })
  const url = tls
    ? `rediss://:${password}@127.0.0.1:${port}/0?ssl_ca_certs=${encodeURIComponent(tls.ca)}`
    : `redis://:${password}@127.0.0.1:${port}/0`
  await waitFor(`redis on port ${port}`, server, async () => (await connectRedis(url)).close())
  return url
}
