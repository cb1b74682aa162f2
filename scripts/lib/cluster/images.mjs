import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { cacheDir } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { readJson, writePrivate } from '../shop/secrets.mjs'
import { at, logDir } from './layout.mjs'
import { inside } from './namespaces.mjs'

/** Loads an archive of images into the node. */
export const importArchive = (holder, archive) => {
  const args = ['--namespace', 'k8s.io', 'images', 'import', archive]
  const [nsenter, words] = inside(holder, findProgram('ctr'), args)
  return runCommand(nsenter, words, {
    log: path.join(logDir, 'images-import.log'),
    what: 'Loading images into the node',
  })
}

/** An image's id; undefined when it is not there. */
export const idOf = async (engine, reference) =>
  (await engine.ask('image', 'inspect', '--format', '{{.Id}}', reference))?.replace('sha256:', '')

const saved = (engine) =>
  engine.name === 'podman'
    ? ['save', '--format', 'docker-archive', '--multi-image-archive']
    : ['save']

/**
 * Writes images into one archive, in which layers that they share lie once.
 * @param file appears whole
 */
const saveImages = (engine, references, file) => {
  mkdirSync(path.dirname(file), { recursive: true })
  rmSync(file, { force: true })
  return engine.run([...saved(engine), '--output', file, ...references], {
    log: path.join(logDir, 'images-save.log'),
  })
}

const loadedFile = () => at('loaded.json')

/** The images that the node has in another form, or not at all. */
const changed = async (engine, references) => {
  const loaded = readJson(loadedFile())
  const ids = {}
  for (const each of references) ids[each] = await idOf(engine, each)
  return { ids, stale: references.filter((each) => loaded[each] !== ids[each]) }
}

/**
 * Loads into the node what it does not have yet.
 * @returns the references that were loaded
 */
export const loadImages = async ({ engine, references, holder, say }) => {
  const { ids, stale } = await changed(engine, references)
  if (stale.length === 0) return stale
  const archive = at('images.tar')
  try {
    await say.step(`Images for the node: ${stale.length}`, { usually: '20 to 90 s' }, async () => {
      await saveImages(engine, stale, archive)
      await importArchive(holder, archive)
    })
    writePrivate(loadedFile(), { ...readJson(loadedFile()), ...ids })
  } finally {
    rmSync(archive, { force: true })
  }
  return stale
}

/** The archive of the pods' first container, which containerd wants before there is a node. */
export const pauseArchive = async (engine, reference) => {
  const id = await idOf(engine, reference)
  const folder = path.join(cacheDir(), 'images')
  const file = path.join(folder, `pause-${id.slice(0, 12)}.tar`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  for (const old of readdirSync(folder).filter((name) => name.startsWith('pause-'))) {
    rmSync(path.join(folder, old))
  }
  await saveImages(engine, [reference], file)
  return file
}
