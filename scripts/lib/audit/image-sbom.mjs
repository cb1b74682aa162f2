import { parts } from '../images/parts.mjs'
import { readLock } from './lock.mjs'
import { makeSbom } from './sbom.mjs'

const images = { os: 'linux', libc: 'glibc' }

const allows = (list, value) =>
  list === undefined ||
  ((list.includes(value) || !list.some((each) => !each.startsWith('!'))) &&
    !list.includes(`!${value}`))

const runsHere = ({ os, cpu, libc }, arch) =>
  allows(os, images.os) && allows(libc, images.libc) && allows(cpu, arch)

/** Where Node finds a package that another one names: beside it, or in a folder further up. */
const placeOf = (name, from, packages) => {
  for (let folder = from; ; folder = folder.slice(0, folder.lastIndexOf('/'))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`
    if (packages[place]) return place
    if (!folder.includes('/'))
      return packages[`node_modules/${name}`] ? `node_modules/${name}` : undefined
  }
}

/** An optional peer is installed as well where the lockfile has it. */
const needsOf = ({ dependencies, optionalDependencies, peerDependencies }) =>
  Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })

/**
 * What `npm ci --omit=dev --workspace=<folder>` installs: where in node_modules each package lies.
 * @param folder of the part
 * @param arch as Node calls it: x64 or arm64
 * @returns places of the lockfile, such as `node_modules/zod`
 */
export const placesOf = (folder, arch = process.arch, { packages } = readLock()) => {
  const seen = new Set()
  const queue = [folder]
  while (queue.length > 0) {
    const place = queue.pop()
    const found = packages[place]
    if (seen.has(place) || !runsHere(found, arch)) continue
    seen.add(place)
    if (found.link) queue.push(found.resolved)
    const needed = needsOf(found).map((name) => placeOf(name, place, packages))
    queue.push(...needed.filter(Boolean))
  }
  return [...seen].filter((place) => place.includes('node_modules/') && !packages[place].link)
}

const nameOf = (place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

const component = (part, digest) => ({
  type: 'container',
  'bom-ref': `micromart/${part.name}`,
  name: `micromart/${part.name}`,
  ...(digest && { version: digest, purl: `pkg:oci/${part.name}@${encodeURIComponent(digest)}` }),
})

/**
 * The bill of materials of one image (CycloneDX): its packages for both architectures, with their licences and hashes as npm knows them.
 * Node and the packages of Debian below it belong to the base image, which its own maker lists.
 * @param whole of `makeSbom`
 */
export const imageSbom = (part, { digest, whole = makeSbom(), lock = readLock() } = {}) => {
  const places = new Set(['x64', 'arm64'].flatMap((arch) => placesOf(part.folder, arch, lock)))
  const wanted = new Set(
    [...places].map((place) => {
      const { name = nameOf(place), version } = lock.packages[place]
      return `pkg:npm/${name}@${version}`
    }),
  )
  const components = whole.components.filter(({ purl }) => wanted.has(decodeURIComponent(purl)))
  const kept = new Set(components.map((each) => each['bom-ref']))
  const dependencies = whole.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(({ ref, dependsOn = [] }) => ({
      ref,
      dependsOn: dependsOn.filter((one) => kept.has(one)),
    }))
  return {
    ...whole,
    metadata: { ...whole.metadata, component: component(part, digest) },
    components,
    dependencies,
  }
}

/** One for each part: `{ order: {...} }`. */
export const imageSboms = (digests = {}) => {
  const whole = makeSbom()
  const lock = readLock()
  return Object.fromEntries(
    parts().map((part) => [
      part.name,
      imageSbom(part, { digest: digests[part.name], whole, lock }),
    ]),
  )
}
