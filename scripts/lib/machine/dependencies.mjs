import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { runCommand } from './run-command.mjs'
import { Fault } from '../terminal/fault.mjs'
import { node24 } from './node24.mjs'
import { root, varDir } from './paths.mjs'
import { createSay } from '../terminal/say.mjs'

const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'))

const isThere = (place) => existsSync(path.join(root, place))

/** Why `npm ci` is needed; undefined when what is installed is what the lockfile says. */
export const outdated = () => {
  if (!isThere('node_modules/.package-lock.json')) return 'nothing installed'
  const installed = read('node_modules/.package-lock.json').packages
  const asWanted = ([place, { version, link, optional }]) => {
    if (!place.includes('node_modules/')) return true
    if (link) return isThere(place)
    if (optional && !installed[place]) return true // another platform's
    return installed[place]?.version === version && isThere(place)
  }
  const wanted = Object.entries(read('package-lock.json').packages)
  const differs = wanted.find((each) => !asWanted(each))
  return differs && `${differs[0]} differs from the lockfile`
}

/** Installs the npm packages when they are absent or others than the lockfile's. */
export const ensureDependencies = async (say = createSay(), logDir = path.join(varDir, 'log')) => {
  const why = outdated()
  if (!why) return
  const log = path.join(logDir, 'npm-ci.log')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const args = ['ci', '--no-progress', '--no-fund', '--no-audit']
  await say.step(`npm packages (${why})`, { usually: '20 to 60 s' }, () =>
    runCommand(npm, args, {
      cwd: root,
      log,
      what: '"npm ci"',
      advice: 'Read the log. Often the registry was not reachable: start again.',
    }),
  )
}

/** Node 24 out of the installed packages, or a Fault that says what is missing. */
export const requireNode24 = () => {
  try {
    return node24()
  } catch (error) {
    throw new Fault(error.message, { advice: 'Run "npm ci" once, then start again.' })
  }
}

/** The oldest Node that runs these scripts. */
export const checkNode = () => {
  if (Number(process.versions.node.split('.')[0]) >= 20) return
  throw new Fault(`Node ${process.version} is too old: the scripts need Node 20 or later`, {
    advice: 'Install a current Node from your distribution or nodejs.org.',
  })
}
