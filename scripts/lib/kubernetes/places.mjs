import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { kubectl } from '../cluster/programs.mjs'
import { canUnpackDebian, unpackDebian } from '../machine/debian.mjs'
import { cacheDir, root } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { outputOf } from '../machine/run-command.mjs'
import { inRange, versionIn } from '../machine/versions.mjs'

const overlays = path.join(root, 'deploy', 'kubernetes', 'overlays')

const colour = (name) => ({
  [`${name}, idle`]: { folders: [`${name}/namespace`, name], isColour: true },
  [`${name}, live`]: { folders: [`${name}/namespace`, name, `${name}/subscriptions`] },
})

/** What is applied together: every overlay, in every combination that there is. */
export const places = {
  local: { folders: ['local'], isLocal: true },
  staging: { folders: ['staging/namespace', 'staging', 'staging/edge'] },
  ...colour('production-blue'),
  ...colour('production-green'),
  ...colour('rehearsal-blue'),
  ...colour('rehearsal-green'),
  'rehearsal-edge': { folders: ['rehearsal-edge'], isLocal: true },
  edge: { folders: ['edge'] },
  'data-jobs': { folders: ['data-jobs/namespace', 'data-jobs', 'data-jobs/backup'] },
}

const supported = { from: [1, 27, 0], below: [2, 0, 0] }

const onPath = async () => {
  const file = findProgram('kubectl')
  const version = file && versionIn(await outputOf(file, ['version', '--client', '-o', 'json']))
  return inRange(version, supported) ? file : undefined
}

const unpacked = () => path.join(cacheDir(), `kubectl-trixie-${process.arch}`)

const fromDebian = async (say, logDir) => {
  const folder = unpacked()
  const log = path.join(logDir, 'kubectl.log')
  const wanted = { suite: 'trixie', packages: ['kubernetes-client'], only: ['kubernetes-client'] }
  await say.step('kubectl: unpacking that of Debian 13', { usually: '10 s, once' }, () =>
    unpackDebian({ ...wanted, folder, log }),
  )
}

/**
 * A kubectl that renders kustomizations: the cluster's own, one on the PATH, or Debian's, unpacked into the cache.
 * @returns undefined when none can be had
 */
export const findKustomize = async (say, logDir) => {
  if (existsSync(kubectl.cached())) return kubectl.cached()
  const found = await onPath()
  if (found) return found
  const file = path.join(unpacked(), 'usr/bin/kubectl')
  if (!existsSync(file) && canUnpackDebian()) await fromDebian(say, logDir)
  return existsSync(file) ? file : undefined
}

/** What a folder of overlays makes, as YAML. @throws Error with what kustomize says */
const renderText = async (file, folder) => {
  const args = ['kustomize', path.join(overlays, folder)]
  const { stdout } = await promisify(execFile)(file, args, { maxBuffer: 1 << 26 })
  return stdout
}

/** The same as objects. Needs `npm ci`. */
export const renderObjects = async (file, folder) => {
  const { parseAllDocuments } = await import('yaml')
  return parseAllDocuments(await renderText(file, folder)).map((document) => document.toJS())
}

/** All objects of a place. */
export const renderPlace = async (file, { folders }) =>
  (await Promise.all(folders.map((folder) => renderObjects(file, folder)))).flat()
