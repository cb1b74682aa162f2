import { packagesIn, readLock } from './lock.mjs'
import { judged } from './outcome.mjs'

/** SPDX. What asks for nothing more than to be named; none that reaches into our own code. */
const allowed = new Set([
  '0BSD',
  'APACHE-2.0',
  'BLUEOAK-1.0.0',
  'BSD-2-CLAUSE',
  'BSD-3-CLAUSE',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PYTHON-2.0',
  'UNLICENSE',
  'ZLIB',
])

/** `(MIT OR GPL-3.0) AND ISC`: one of those that may be chosen, and all of those that hold together. */
export const isAllowed = (expression) => {
  const text = (expression ?? '').toUpperCase().replaceAll(/[()]/g, ' ')
  return text
    .split(/\sAND\s/)
    .every((part) => part.split(/\sOR\s/).some((licence) => allowed.has(licence.trim())))
}

/** Licences of all packages in the lockfile, counted. */
export const auditLicences = () => {
  const packages = packagesIn(readLock())
  const wrong = packages.filter(({ licence }) => !isAllowed(licence))
  const counts = Object.fromEntries(
    [...new Set(packages.map(({ licence }) => licence ?? 'none'))]
      .sort()
      .map((licence) => [
        licence,
        packages.filter((one) => (one.licence ?? 'none') === licence).length,
      ]),
  )
  return judged(
    wrong.map(({ name, version, licence }) => `${name} ${version}: ${licence ?? 'no licence'}`),
    {
      clean: `${packages.length} packages under ${Object.keys(counts).length} licences, all allowed`,
      found: 'packages under licences that are not on the list',
      licences: counts,
    },
  )
}
