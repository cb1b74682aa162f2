import { createServer } from 'node:http'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { alertmanagerFile, alertReceivers } from '../../scripts/lib/observability/receivers.mjs'
import { freePorts } from '../../scripts/lib/machine/ports.mjs'
import { spawnServer, waitFor } from '../../scripts/lib/stores/servers.mjs'

/** The shipped file with receivers' addresses in a folder of ours; a drill has no half minute to wait. */
const settings = (folder) =>
  readFileSync(alertmanagerFile, 'utf8')
    .replaceAll('/etc/alertmanager/secrets', folder)
    .replaceAll(/(group_wait|group_interval): \S+/g, '$1: 1s')

/** Listens for all receivers, and notes what each one hears. */
const listen = async (notices) => {
  const server = createServer((request, answer) => {
    let text = ''
    request.on('data', (data) => (text += data))
    request.on('end', () => {
      const receiver = (request.url ?? '/').slice(1)
      for (const { status, labels } of JSON.parse(text).alerts) {
        notices.push({ receiver, labels, status, at: Date.now() })
      }
      answer.end()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, port: server.address().port }
}

const templates = '/usr/share/prometheus/alertmanager'

/**
 * Debian's program looks for its templates at one place. Unpacked into the cache it finds them in a file system that it alone sees.
 * @returns program and arguments
 */
const withTemplates = (program, args) => {
  const unpacked = path.resolve(program, '..', '..', 'share', 'prometheus', 'alertmanager')
  if (existsSync(templates) || !existsSync(unpacked)) return [program, args]
  const mount = `mount -t tmpfs tmpfs /usr/share && mkdir -p ${path.dirname(templates)} && cp -r "$1" ${templates} && shift && exec "$@"`
  const who = process.getuid() === 0 ? [] : ['--user', '--map-current-user', '--keep-caps']
  const shell = ['sh', '-c', mount, 'sh', unpacked, program, ...args]
  return ['unshare', ['--mount', ...who, ...shell]]
}

/** Starts Alertmanager with the shipped routes, and somebody who hears of everything. */
export const startAlertmanager = async ({ program, folder, run, log }) => {
  const notices = []
  const { server, port } = await listen(notices)
  mkdirSync(folder, { recursive: true })
  for (const name of alertReceivers()) {
    writeFileSync(path.join(folder, `${name}-url`), `http://127.0.0.1:${port}/${name}`)
  }
  const file = path.join(folder, 'alertmanager.yml')
  writeFileSync(file, settings(folder))
  const [own] = await freePorts(1)
  const address = `127.0.0.1:${own}`
  const args = [
    `--config.file=${file}`,
    `--storage.path=${path.join(folder, 'data')}`,
    `--web.listen-address=${address}`,
    '--cluster.listen-address=',
    '--log.level=warn',
  ]
  const started = spawnServer('alertmanager', ...withTemplates(program, args), { run, log })
  await waitFor('Alertmanager', started, async () => {
    const answer = await fetch(`http://${address}/-/ready`)
    if (!answer.ok) throw new Error(`it says ${answer.status}`)
  })
  return { address, notices, stop: () => server.close() }
}
