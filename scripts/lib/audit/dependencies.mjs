import { spawnSync } from 'node:child_process'
import { root } from '../machine/paths.mjs'
import { accepted } from './accepted.mjs'
import { packagesIn, readLock } from './lock.mjs'
import { judged, unknown } from './outcome.mjs'

const severities = ['info', 'low', 'moderate', 'high', 'critical']
const atLeast = (severity, least) => severities.indexOf(severity) >= severities.indexOf(least)

/** Findings that count: from `least` on, and nobody has accepted them for now. */
const counting = (found, least, now) =>
  found.filter(
    ({ severity, ids }) =>
      (severity === undefined || atLeast(severity, least)) &&
      !ids.every((id) => accepted.some((one) => one.id === id && new Date(one.until) > now)),
  )

const idsOf = ({ via = [] }) =>
  via.flatMap((one) => (typeof one === 'string' ? [] : [one.url?.split('/').at(-1) ?? one.title]))

/** @returns undefined when the registry does not answer such questions */
const askRegistry = (args) => {
  const done = spawnSync('npm', ['audit', '--json', ...args], { cwd: root, encoding: 'utf8' })
  try {
    const { vulnerabilities } = JSON.parse(done.stdout)
    return (
      vulnerabilities &&
      Object.values(vulnerabilities).map((one) => {
        const { name, severity, range } = one
        return { package: `${name} ${range}`, severity, ids: idsOf(one) }
      })
    )
  } catch {
    return undefined
  }
}

const textOf = ({ package: name, severity, ids }) =>
  `${name}: ${[severity, ...ids].filter(Boolean).join(' ')}`

/** By the OSV protocol: https://google.github.io/osv.dev/post-v1-querybatch/ */
export const fromOsv = async (address, packages, now) => {
  const queries = packages.map(({ name, version }) => ({
    package: { name, ecosystem: 'npm' },
    version,
  }))
  const answer = await fetch(new URL('/v1/querybatch', address), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ queries }),
    signal: AbortSignal.timeout(60_000),
  })
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`)
  const { results } = await answer.json()
  const found = packages.flatMap(({ name, version }, index) => {
    const ids = (results[index]?.vulns ?? []).map(({ id }) => id)
    return ids.length === 0 ? [] : [{ package: `${name} ${version}`, ids }]
  })
  return counting(found, 'info', now).map(textOf)
}

/** In what the shop runs on, moderate counts; in what builds and tests it, high. */
const fromRegistry = (now) => {
  const running = askRegistry(['--omit=dev'])
  const all = running && askRegistry([])
  if (!all) return undefined
  const found = [...counting(running, 'moderate', now), ...counting(all, 'high', now)]
  return [...new Set(found.map(textOf))]
}

/**
 * Known vulnerabilities of the packages in the lockfile.
 * @param osv address of an OSV server, asked when the registry knows nothing of advisories
 */
export const auditDependencies = async ({ osv }, now = new Date()) => {
  const packages = packagesIn(readLock())
  const told = { found: 'packages with known vulnerabilities', packages: packages.length }
  const found = fromRegistry(now)
  if (found) {
    return judged(found, {
      ...told,
      clean: `none known in ${packages.length} packages (npm audit)`,
    })
  }
  if (!osv) {
    return unknown(
      'the package registry answers no question about advisories; name an OSV server by --osv or MICROMART_OSV_URL',
    )
  }
  const listed = await fromOsv(osv, packages, now)
  return judged(listed, { ...told, clean: `none known in ${packages.length} packages (OSV)` })
}
