import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parse } from 'yaml'
import { ensureLocalBase } from '../images/base.mjs'
import { buildImages } from '../images/build.mjs'
import { partNames } from '../images/digests.mjs'
import { ensureEngine, findEngine } from '../images/engine.mjs'
import { referenceOf } from '../images/parts.mjs'
import { root } from '../machine/paths.mjs'
import { ensureStandIns } from './stand-ins.mjs'

/** What Compose takes from others, by the names that stand-ins are known by. */
const othersIn = (text) => {
  const { services, ...anchors } = parse(text, { merge: true, maxAliasCount: -1 })
  const { mysql, redis, zipkin, sentry } = services
  const [pause, daprd] = [anchors['x-pod'], anchors['x-sidecar']]
  const kinds = { mysql, redis, zipkin, sentry, pause, daprd }
  return Object.fromEntries(Object.entries(kinds).map(([name, { image }]) => [name, image]))
}

/** By podman, which builds in the machine's network; a private engine has none. */
const bringParts = async ({ engine, build, say, logDir }) => {
  const podman = await ensureEngine({ engine: 'podman' }, say, logDir)
  if (build) {
    const from = await ensureLocalBase({ engine: podman, say, logDir })
    await buildImages(partNames(), { engine: podman, from, say, logDir })
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'micromart-images-'))
  const archive = path.join(folder, 'images.tar')
  const log = path.join(logDir, 'bring-images.log')
  try {
    await say.step('The shop’s images, into the engine', { usually: '20 to 60 s' }, async () => {
      const references = partNames().map((name) => referenceOf(name))
      await podman.run(['save', '--multi-image-archive', '--output', archive, ...references], {
        log,
      })
      await engine.run(['load', '--input', archive], { log })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Brings all images that docker-compose.yml names into an engine that reaches no registry.
 * @param settings `{ build, say, logDir }`: whether the shop's own are built first
 */
export const bringImages = async ({ build, say, logDir }) => {
  const engine = await findEngine({ engine: 'docker' })
  const text = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8')
  await ensureStandIns(othersIn(text), { engine, say, logDir })
  await bringParts({ engine, build, say, logDir })
}
