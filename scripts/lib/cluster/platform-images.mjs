import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { installDapr } from '../dapr/install.mjs'
import { controlPlane, daprd } from '../dapr/programs.mjs'
import { buildStaticProgram } from '../images/static-program.mjs'
import { localRegistry, referenceOf } from '../images/parts.mjs'
import { hasImage } from '../images/engine.mjs'
import { ensureUnpackedImage, importFolder } from '../images/unpacked-image.mjs'
import { ensureZipkinJar } from '../shop/zipkin.mjs'
import { storeImages } from './store-images.mjs'

/** What this checkout's cluster runs; `local` is what `npm run images` makes for everybody. */
export const target = { registry: localRegistry, tag: 'cluster' }

export const imageOf = (name) => referenceOf(name, target)

const daprFiles = async (say, logDir) => {
  const files = {}
  for (const one of [...controlPlane, daprd]) files[one.name] = await installDapr(one, say, logDir)
  return files
}

/** The one static program whose image has to name it: nobody else says what a pod's first container runs. */
export const ensurePause = async (file, { engine, logDir }) => {
  const reference = imageOf('pause')
  if (await hasImage(engine, reference)) return
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-pause-'))
  const root = path.join(folder, 'root')
  try {
    mkdirSync(root)
    copyFileSync(file, path.join(root, 'pause'))
    const changes = ['USER 65532', 'ENTRYPOINT ["/pause"]']
    const log = path.join(logDir, 'image-pause.log')
    await importFolder(root, { engine, reference, changes, inputs: 'pause', log })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Images of all that is not the shop: Dapr, name resolution, the edge, stores, Zipkin.
 * @param files of `ensurePrograms`, by name
 * @returns their references
 */
export const ensurePlatformImages = async ({ files, engine, say, logDir }) => {
  const { coredns, traefik, pause } = files
  await ensurePause(pause, { engine, logDir })
  const statics = { coredns, traefik, ...(await daprFiles(say, logDir)) }
  for (const [name, file] of Object.entries(statics)) {
    await buildStaticProgram({ name, file, engine, reference: imageOf(name), say, logDir })
  }
  const stores = storeImages(await ensureZipkinJar(say, logDir))
  for (const recipe of stores) {
    const reference = imageOf(recipe.name)
    await ensureUnpackedImage(recipe, { engine, reference, say, logDir })
  }
  return ['pause', ...Object.keys(statics), ...stores.map(({ name }) => name)].map(imageOf)
}
