import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'
import { Fault } from '../terminal/fault.mjs'

/** Every part that gets an image, `{ name, folder }`: the gateway and whatever in services/ can be started. */
export const parts = () => {
  const services = readdirSync(path.join(root, 'services')).map((name) => ({
    name,
    folder: `services/${name}`,
  }))
  return [{ name: 'gateway', folder: 'gateway' }, ...services].filter(({ folder }) =>
    existsSync(path.join(root, folder, 'src', 'main.ts')),
  )
}

/** The sidecar: not a part, but run beside each of them. */
export const sidecar = 'daprd'

export const imageNames = () => [...parts().map(({ name }) => name), sidecar]

/**
 * The wished names, or all when none is wished.
 * @throws Fault naming those that there are not
 */
export const chosen = (wished) => {
  const known = imageNames()
  const unknown = wished.filter((name) => !known.includes(name))
  if (unknown.length > 0) {
    throw new Fault(`No such image: ${unknown.join(', ')}`, {
      advice: `There are: ${known.join(', ')}.`,
    })
  }
  return wished.length > 0 ? known.filter((name) => wished.includes(name)) : known
}

/** Where images of this machine's own are named; no registry answers to it. */
export const localRegistry = 'localhost/micromart'

const registryForm = /^[a-z0-9]+([._:/-][a-z0-9]+)*$/
const tagForm = /^[\w][\w.-]{0,127}$/

/**
 * How an image is called, such as `localhost/micromart/order:local`.
 * @throws Fault when registry or tag could not be a part of it
 */
export const referenceOf = (name, { registry = localRegistry, tag = 'local' } = {}) => {
  if (!registryForm.test(registry)) {
    throw new Fault(`"${registry}" is no registry`, {
      advice: 'It is a host with a path, in lower case and without https://.',
    })
  }
  if (!tagForm.test(tag)) {
    throw new Fault(`"${tag}" is no tag`, {
      advice: 'It has letters, digits, dots, dashes and underscores, at most 128.',
    })
  }
  return `${registry}/${name}:${tag}`
}
