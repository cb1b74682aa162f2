import { inspectImage } from './inspect.mjs'
import { imageNames, referenceOf } from './parts.mjs'

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`

const rowOf = async (name, engine, target) => {
  const reference = referenceOf(name, target)
  const image = await inspectImage(engine, reference).catch(() => undefined)
  const facts = image
    ? [megabytes(image.bytes), `${image.layers} layers`, image.id, image.created.slice(0, 19)]
    : ['not built']
  return [reference.padEnd(40), ...facts.map((fact) => fact.padEnd(10))].join(' ').trimEnd()
}

/** One line for each image, built or not. */
export const listImages = async (engine, target) =>
  (await Promise.all(imageNames().map((name) => rowOf(name, engine, target)))).join('\n')

const linesOf = (image) => {
  const facts = {
    size: `${megabytes(image.bytes)} in ${image.layers} layers`,
    created: image.created,
    user: image.user,
    entrypoint: JSON.stringify(image.entrypoint),
    command: JSON.stringify(image.command),
    health: JSON.stringify(image.healthcheck),
    environment: image.environment.join(' '),
    ...image.labels,
  }
  const lines = Object.entries(facts).map(([name, value]) => `  ${name.padEnd(12)} ${value}`)
  return [`${image.reference} (${image.id})`, ...lines].join('\n')
}

/** All that each image says of itself. @throws Fault when one is not there */
export const describeAll = async (names, engine, target) => {
  const texts = []
  for (const name of names)
    texts.push(linesOf(await inspectImage(engine, referenceOf(name, target))))
  return texts.join('\n\n')
}
