import { rmSync } from 'node:fs'
import path from 'node:path'
import { cacheDir } from '../machine/paths.mjs'
import { baseNames } from './base.mjs'
import { imageNames, localRegistry } from './parts.mjs'

const idsOf = async (engine, ...filters) =>
  (await engine.ask('images', '--quiet', '--no-trunc', ...filters))?.split('\n').filter(Boolean) ??
  []

const taggedAs = async (engine, name) => {
  const text = await engine.ask(
    'images',
    '--format',
    '{{.Repository}}:{{.Tag}}',
    `${localRegistry}/${name}`,
  )
  return (text ?? '').split('\n').filter((line) => line.startsWith(`${localRegistry}/${name}:`))
}

/** The stages that a build leaves without a name, and layers of theirs. */
const removeStages = async (engine) => {
  const ids = await idsOf(engine, '--filter', 'dangling=true', '--filter', 'label=micromart.stage')
  for (const id of new Set(ids)) await engine.ask('rmi', '--force', id)
}

const emptyCache = () => {
  const folder = path.join(cacheDir(), 'images')
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Removes what builds have made under this machine's own name; images of other registries stay.
 * @param all also the local bases, and the archives that they are made from
 * @returns the names that were removed
 */
export const cleanImages = async (engine, all) => {
  const names = [...imageNames(), ...(all ? baseNames : [])]
  const found = (await Promise.all(names.map((name) => taggedAs(engine, name)))).flat()
  for (const reference of found) await engine.ask('rmi', '--force', reference)
  await removeStages(engine)
  if (all) emptyCache()
  return found
}
