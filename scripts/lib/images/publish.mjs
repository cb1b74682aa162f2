import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { Fault } from '../terminal/fault.mjs'
import { partNames } from './digests.mjs'
import { buildArgs, buildValues, dockerfile } from './build.mjs'
import { parts, referenceOf } from './parts.mjs'
import { startingImages } from './starting-images.mjs'

const platformForm = /^linux\/(amd64|arm64)$/

const requirePlatform = (platform) => {
  if (platformForm.test(platform)) return platform
  throw new Fault(`"${platform}" is no platform of these images`, {
    advice: 'It is linux/amd64 or linux/arm64.',
  })
}

/** Layers of earlier builds, kept in the registry beside the images: one for each part and platform. */
const cacheFlags = (name, { registry, platform, cache }) => {
  if (!cache) return []
  const reference = `${registry}/${name}:cache-${platform.replace('/', '-')}`
  return [
    `--cache-from=type=registry,ref=${reference}`,
    `--cache-to=type=registry,ref=${reference},mode=max,ignore-error=true`,
  ]
}

const asFlags = (values) => Object.entries(values).map(([name, value]) => `--${name}=${value}`)

const pushOne = async (part, context) => {
  const { engine, registry, platform, from, say, logDir } = context
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-push-'))
  const facts = path.join(folder, 'facts.json')
  try {
    const name = `${registry}/${part.name}`
    const flags = {
      file: dockerfile,
      platform,
      // Who built it from what, beside the image. Its bill of materials is our own: npm run sbom.
      provenance: 'mode=max',
      sbom: 'false',
      output: `type=image,name=${name},push-by-digest=true,name-canonical=true,push=true`,
      'metadata-file': facts,
    }
    const values = buildArgs(await buildValues(part, from))
    const cache = cacheFlags(part.name, context)
    const args = ['buildx', 'build', ...asFlags(flags), ...values, ...cache, '.']
    await say.step(`${part.name}: building and pushing`, { usually: '20 to 60 s' }, () =>
      engine.run(args, { cwd: root, log: path.join(logDir, `push-${part.name}.log`) }),
    )
    return JSON.parse(readFileSync(facts, 'utf8'))['containerimage.digest']
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const digestOf = async (engine, reference) => {
  const format = '{{.Manifest.Digest}}'
  const digest = await engine.ask('buildx', 'imagetools', 'inspect', '--format', format, reference)
  if (digest) return digest
  throw new Fault(`The registry has no ${reference}`, {
    advice: 'Was it built, and may this account read it (docker login)?',
  })
}

/**
 * Builds every part for one platform and pushes it without a tag; all of them from the same images, whose digests are asked for once.
 * @param context `{ engine, registry, platform, cache, from, say, logDir }`
 * @returns `{ registry, images }`, see `readDigests`
 * @throws Fault for a platform that the images are not made for
 */
export const pushImages = async (context) => {
  requirePlatform(context.platform)
  for (const { name } of parts()) referenceOf(name, context) // refuses a registry that is none
  const text = readFileSync(path.join(root, dockerfile), 'utf8')
  const from = await startingImages(text, context.from, (name) => digestOf(context.engine, name))
  const images = {}
  for (const part of parts()) images[part.name] = await pushOne(part, { ...context, from })
  return { registry: context.registry, images }
}

const index = async ({ engine, logDir }, reference, sources) =>
  engine.run(['buildx', 'imagetools', 'create', '--tag', reference, ...sources], {
    log: path.join(logDir, 'publish.log'),
    what: `Naming ${reference}`,
  })

/**
 * One image of several platforms for each part, under a tag.
 * @param lists of digests, one for each platform; all of one registry
 * @returns the digests of the whole
 */
export const joinImages = async (lists, { tag, ...context }) => {
  const [{ registry }] = lists
  if (lists.some((list) => list.registry !== registry)) {
    throw new Fault('The lists are of different registries', {
      advice: 'Join what was pushed to one.',
    })
  }
  const images = {}
  for (const name of partNames()) {
    const reference = referenceOf(name, { registry, tag })
    const sources = lists.map((list) => `${registry}/${name}@${list.images[name]}`)
    await index(context, reference, sources)
    images[name] = await digestOf(context.engine, reference)
  }
  return { registry, images }
}

/** The digests that a tag stands for. */
export const findImages = async ({ engine, registry, tag }) => {
  const images = {}
  for (const name of partNames()) {
    images[name] = await digestOf(engine, referenceOf(name, { registry, tag }))
  }
  return { registry, images }
}

/** Gives images another tag; their digests stay. */
export const nameImages = async ({ registry, images }, { tag, ...context }) => {
  for (const [name, digest] of Object.entries(images)) {
    const reference = referenceOf(name, { registry, tag })
    await index(context, reference, [`${registry}/${name}@${digest}`])
    const named = await digestOf(context.engine, reference)
    if (named !== digest) throw new Fault(`${reference} became ${named} instead of ${digest}`)
  }
}
