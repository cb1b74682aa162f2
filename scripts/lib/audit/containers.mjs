import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { judgeDockerfile } from '../images/dockerfile-policy.mjs'
import { renderAll } from '../kubernetes/judge.mjs'
import { findKustomize, places } from '../kubernetes/places.mjs'
import { judgeObjects } from '../kubernetes/policy.mjs'
import { root, shopHome } from '../machine/paths.mjs'
import { silent } from '../terminal/say.mjs'
import { judged, unknown } from './outcome.mjs'

const filesIn = (folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(name) : [name]
  })

/** By the rules of `npm run verify:images`, which looks into the built images, too. */
const dockerfileFaults = (text) =>
  judgeDockerfile(text).flatMap(({ check, faults }) =>
    faults.map((fault) => `${fault}: breaks "${check}"`),
  )

const isDockerfile = (file) => /(?:^|\/)(?:Dockerfile[^/]*|[^/]*\.Dockerfile)$/.test(file)

const imageFaults = () =>
  filesIn('deploy')
    .filter(isDockerfile)
    .flatMap((file) =>
      dockerfileFaults(readFileSync(path.join(root, file), 'utf8')).map(
        (fault) => `${file}: ${fault}`,
      ),
    )

/** Of what each overlay makes: the files alone do not say what a pod will be. By the rules of `npm run verify:cluster`. */
const manifestFaults = (rendered) =>
  Object.entries(rendered).flatMap(([place, objects]) =>
    judgeObjects(objects, places[place]).flatMap(({ check, faults }) =>
      faults.map((fault) => `${place}: ${fault}: breaks "${check}"`),
    ),
  )

/** Dockerfiles and manifests under `deploy/`. */
export const auditContainers = async () => {
  const images = imageFaults()
  const kustomize = await findKustomize(silent(), path.join(shopHome, 'log'))
  if (!kustomize && images.length === 0) {
    return unknown('the Dockerfiles hold to the rules; no kubectl can be had that makes manifests')
  }
  const manifests = kustomize ? manifestFaults(await renderAll(kustomize)) : []
  return judged([...images, ...manifests], {
    clean: 'Dockerfiles and the objects of every overlay hold to the rules',
    found: 'rules that deploy/ breaks',
  })
}
