import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Fault } from '../terminal/fault.mjs'
import { parts } from './parts.mjs'

const digestForm = /^sha256:[0-9a-f]{64}$/

/** The parts that are deployed: all of them, without the sidecar, which is Dapr's own. */
export const partNames = () => parts().map(({ name }) => name)

const faultOf = (read) => {
  if (typeof read?.registry !== 'string') return 'it names no registry'
  const missing = partNames().filter((name) => !digestForm.test(read.images?.[name] ?? ''))
  return missing.length > 0 ? `it has no digest of ${missing.join(', ')}` : undefined
}

const parsed = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Which images are meant: `{ registry, images: { order: "sha256:..." } }`.
 * @throws Fault unless each part has a digest
 */
export const readDigests = (file) => {
  const advice = 'npm run publish:images makes it; see its --help.'
  if (!existsSync(file)) throw new Fault(`There is no ${file}`, { advice })
  const read = parsed(readFileSync(file, 'utf8'))
  const fault = faultOf(read)
  if (fault) throw new Fault(`${file} is no list of digests: ${fault}`, { advice })
  return read
}

/** Writes it, and where a workflow waits for it, its output `digests`. */
export const writeDigests = (file, digests, output = process.env.GITHUB_OUTPUT) => {
  writeFileSync(file, `${JSON.stringify(digests, undefined, 2)}\n`)
  const fault = faultOf(digests)
  if (fault) throw new Fault(`${file} is not complete: ${fault}`, { advice: 'Build all parts.' })
  if (output) writeFileSync(output, `digests=${JSON.stringify(digests.images)}\n`, { flag: 'a' })
}

/** Images by digest, such as `ghcr.io/shop/order@sha256:...`. */
export const referencesOf = ({ registry, images }) =>
  Object.fromEntries(
    Object.entries(images).map(([name, digest]) => [name, `${registry}/${name}@${digest}`]),
  )
