import { readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'

const nameOf = (place) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

/** A build for another platform that nobody could ask for its licence has that of the package it is a part of. */
const parentOf = (name, packages) =>
  Object.values(packages).find(({ optionalDependencies = {} }) => name in optionalDependencies)

/** The packages of a lockfile that come from outside: `{ name, version, licence, dev }`, each version once. */
export const packagesIn = ({ packages }) => {
  const found = Object.entries(packages)
    .filter(([place, { link }]) => place.includes('node_modules/') && !link)
    .map(([place, { name = nameOf(place), version, license, dev = false }]) => {
      const licence = license ?? parentOf(name, packages)?.license
      return { name, version, licence, dev }
    })
  return [...new Map(found.map((one) => [`${one.name}@${one.version}`, one])).values()]
}

export const readLock = () => JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8'))
