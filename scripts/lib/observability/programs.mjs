import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { cacheDir } from '../machine/paths.mjs'

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

/**
 * Prometheus, Alertmanager and their tools out of the cache, fetched from Debian before the first use. Nothing is installed.
 * @returns `{ prometheus, promtool, alertmanager, amtool }`, or `{ missing }`: why they cannot be had
 */
export const ensureMonitors = async (say, logDir) => {
  if (existsSync(programs().amtool)) return programs()
  if (!canUnpackDebian())
    return { missing: 'Prometheus is fetched by apt-get and dpkg, which are not here' }
  await say.step(
    `Prometheus: unpacking Debian's (${suite}) into the cache`,
    { usually: '10 to 30 s, once' },
    async () => {
      rmSync(folder(), { recursive: true, force: true })
      const log = path.join(logDir, 'prometheus-fetch.log')
      await unpackDebian({ suite, packages, only: packages, folder: folder(), log })
    },
  )
  return programs()
}
