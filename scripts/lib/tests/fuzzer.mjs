import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { cacheDir, root } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { outputOf, runCommand } from '../machine/run-command.mjs'

const requirements = path.join(root, 'tests', 'fuzz', 'requirements.txt')

const folder = () => {
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  return path.join(cacheDir(), `schemathesis-${pins.slice(0, 12)}`)
}

/** The pins ask for it. */
const isRecent = (version) => {
  const [major, minor] = (/(\d+)\.(\d+)/.exec(version ?? '') ?? []).slice(1).map(Number)
  return major === 3 && minor >= 10
}

const build = async (python, target, log) => {
  const unfinished = `${target}.${process.pid}`
  mkdirSync(cacheDir(), { recursive: true })
  try {
    await runCommand(python, ['-m', 'venv', unfinished], { log })
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check']
    const pinned = ['--require-hashes', '--only-binary', ':all:', '-r', requirements]
    await runCommand(path.join(unfinished, 'bin', 'python'), [...pip, ...pinned], { log })
    renameSync(unfinished, target)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

/**
 * Schemathesis, in a Python environment of its own in the cache: its packages at the versions and hashes of
 * `tests/fuzz/requirements.txt`.
 * @returns `{ python }`, or `{ missing }`: why there is none
 */
export const installFuzzer = async (say, logDir) => {
  const target = folder()
  const python = path.join(target, 'bin', 'python')
  if (existsSync(python)) return { python }
  const system = findProgram('python3')
  if (!system) return { missing: 'there is no python3' }
  const version = await outputOf(system, ['--version'])
  if (!isRecent(version)) return { missing: `${version} is older than Python 3.10` }
  const log = path.join(logDir, 'schemathesis.log')
  const work = () => build(system, target, log)
  try {
    await say.step('Schemathesis', { usually: '30 s, once' }, work)
    return { python }
  } catch (error) {
    return { missing: `it could not be installed: ${error.message.split('\n')[0]} (${log})` }
  }
}
