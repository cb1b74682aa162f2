import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { buildGoProgram, goPlatform, moduleHash, requireGo } from '../machine/go-programs.mjs'
import { cacheDir, root } from '../machine/paths.mjs'
import { spawnServer } from '../stores/servers.mjs'

const filebeat = {
  title: 'Filebeat 7.17.29',
  folder: 'scripts/logs/filebeat',
  buildArgs: ['-ldflags', '-s -w', '.'],
  packages: 1300,
}

const program = () => {
  const { system, arch } = goPlatform
  const folder = `filebeat-${moduleHash(filebeat.folder)}-${system}-${arch}`
  return path.join(cacheDir(), folder, 'filebeat')
}

/**
 * Filebeat, built from its Go module when it is not in the cache.
 * @returns `{ file }`, or `{ missing }`: why it cannot be had
 */
export const ensureFilebeat = async (say, logDir) => {
  const file = program()
  if (existsSync(file)) return { file }
  const missing = await requireGo(filebeat.title).then(
    () => undefined,
    ({ message }) => message,
  )
  if (missing) return { missing }
  mkdirSync(path.dirname(file), { recursive: true })
  const log = path.join(logDir, 'filebeat-build.log')
  await say.step(`${filebeat.title}: building`, { usually: '2 to 5 min, once' }, (progress) =>
    buildGoProgram(filebeat, file, { progress, log }),
  )
  return { file }
}

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
