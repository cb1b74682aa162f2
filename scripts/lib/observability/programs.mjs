import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { Fault } from '../terminal/fault.mjs'

/** Debian 13's programs are linked to nothing but a C library that Debian 12 has, too. */
const suite = 'trixie'
const packages = ['prometheus', 'promtool', 'prometheus-alertmanager']

const folder = () => path.join(cacheDir(), `prometheus-${suite}-${process.arch}`)

const programs = () => {
  const file = (name) => path.join(folder(), 'usr', 'bin', name)
  return {
    prometheus: file('prometheus'),
    promtool: file('promtool'),
    alertmanager: file('prometheus-alertmanager'),
    amtool: file('amtool'),
  }
}

const installed = () => {
  const [prometheus, promtool, amtool] = ['prometheus', 'promtool', 'amtool'].map((name) =>
    findProgram(name),
  )
  const alertmanager = findProgram('prometheus-alertmanager', 'alertmanager')
  const all = { prometheus, promtool, alertmanager, amtool }
  return Object.values(all).every(Boolean) ? all : undefined
}

const fetchMonitors = (say, logDir) =>
  say.step(
    `Prometheus: unpacking Debian's (${suite}) into the cache`,
    { usually: '10 to 30 s, once' },
    async () => {
      rmSync(folder(), { recursive: true, force: true })
      const log = path.join(logDir, 'prometheus-fetch.log')
      await unpackDebian({ suite, packages, only: packages, folder: folder(), log })
    },
  )

/**
 * Prometheus, Alertmanager and their tools: those in the cache, those on the PATH, or Debian's, which are unpacked into the cache.
 * @returns `{ prometheus, promtool, alertmanager, amtool }`, or `{ missing }`: why they cannot be had
 */
export const ensureMonitors = async (say, logDir) => {
  if (existsSync(programs().amtool)) return programs()
  const found = installed()
  if (found) return found
  if (!canUnpackDebian()) {
    return { missing: 'they are not on the PATH, and apt-get and dpkg, which fetch them, neither' }
  }
  try {
    await fetchMonitors(say, logDir)
  } catch (error) {
    if (error instanceof Fault) return { missing: error.message }
    throw error
  }
  return programs()
}
