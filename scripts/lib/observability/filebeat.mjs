import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { findGoProgram } from '../machine/go-programs.mjs'
import { root } from '../machine/paths.mjs'
import { spawnServer } from '../stores/servers.mjs'

const filebeat = {
  name: 'filebeat',
  title: 'Filebeat 7.17.29',
  folder: 'scripts/logs/filebeat',
  buildArgs: ['-ldflags', '-s -w', '.'],
  packages: 1300,
  usually: '2 to 5 min, once',
}

/**
 * Filebeat, built from its Go module when it is not in the cache.
 * @returns `{ file }`, or `{ missing }`: why it cannot be had
 */
export const ensureFilebeat = (say, logDir) => findGoProgram(filebeat, { say, logDir })

const shipped = path.join(root, 'deploy', 'observability', 'filebeat', 'filebeat.yml')

/**
 * Starts Filebeat with the shipped file.
 * @param folder of its own
 * @param settings variables that the file asks for
 */
export const startFilebeat = ({ file, folder, run, log, settings }) => {
  mkdirSync(folder, { recursive: true })
  const args = ['-e', '-c', shipped, `--path.home=${folder}`, '--strict.perms=false']
  return spawnServer('filebeat', file, args, { run, log, env: { ...process.env, ...settings } })
}
