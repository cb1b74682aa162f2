import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { cacheDir } from './paths.mjs'
import { findProgram } from './programs.mjs'
import { outputOf, runCommand } from './run-command.mjs'

const folderOf = (name, requirements) => {
  const pins = createHash('sha256').update(readFileSync(requirements)).digest('hex')
  return path.join(cacheDir(), `${name}-${pins.slice(0, 12)}`)
}

/** The pins ask for it. */
const isRecent = (version) => {
  const [major, minor] = (/(\d+)\.(\d+)/.exec(version ?? '') ?? []).slice(1).map(Number)
  return major === 3 && minor >= 10
}

const build = async (python, target, { requirements, log }) => {
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
 * A Python environment of its own in the cache, with packages at the versions and hashes of a requirements file.
 * @param kind `{ name, title, usually, requirements }`
 * @returns `{ bin }`: the folder of its programs; or `{ missing }`: why there is none
 */
export const ensurePython = async ({ name, title, usually, requirements }, { say, logDir }) => {
  const target = folderOf(name, requirements)
  const bin = path.join(target, 'bin')
  if (existsSync(bin)) return { bin }
  const system = findProgram('python3')
  if (!system) return { missing: 'there is no python3' }
  const version = await outputOf(system, ['--version'])
  if (!isRecent(version)) return { missing: `${version} is older than Python 3.10` }
  const log = path.join(logDir, `${name}.log`)
  try {
    await say.step(title, { usually }, () => build(system, target, { requirements, log }))
    return { bin }
  } catch (error) {
    return { missing: `it could not be installed: ${error.message.split('\n')[0]} (${log})` }
  }
}
