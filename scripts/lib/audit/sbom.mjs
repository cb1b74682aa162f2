import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, varDir } from '../machine/paths.mjs'
import { packagesIn, readLock } from './lock.mjs'
import { failed, passed } from './outcome.mjs'

const sbomFile = path.join(varDir, 'sbom.cdx.json')

/** The bill of materials (CycloneDX) of the lockfile, by npm. */
export const makeSbom = () => {
  const args = ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx']
  const done = spawnSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (done.status !== 0) throw new Error(`npm sbom: ${done.stderr.trim().split('\n')[0]}`)
  return JSON.parse(done.stdout)
}

/** Writes it, and compares it with the lockfile: what is installed is on it. */
export const auditSbom = () => {
  const sbom = makeSbom()
  // An alias is listed under its own name, and by what it is.
  const listed = new Set(sbom.components.map(({ purl }) => decodeURIComponent(purl)))
  const missing = packagesIn(readLock())
    .map(({ name, version }) => `pkg:npm/${name}@${version}`)
    .filter((one) => !listed.has(one))
  mkdirSync(varDir, { recursive: true })
  writeFileSync(sbomFile, `${JSON.stringify(sbom, undefined, 1)}\n`)
  if (missing.length > 0) return failed('packages that the bill of materials lacks', missing)
  return passed(
    `${sbom.components.length} components in ${path.relative(root, sbomFile)} (CycloneDX)`,
  )
}
