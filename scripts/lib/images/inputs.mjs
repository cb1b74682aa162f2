import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'

/** What all parts' images are made of; the rest is the part's own folder. */
const shared = [
  '.dockerignore',
  '.npmrc',
  'deploy/docker/Dockerfile',
  'deploy/docker/compile.mjs',
  'package.json',
  'package-lock.json',
  'pkg',
]

const ownOf = (folder) => (folder === 'gateway' ? [folder, 'scripts/catalogue/images'] : [folder])

const skipped = /(^|\/)(node_modules|tests)\//

const filesIn = (place) => {
  const absolute = path.join(root, place)
  if (!existsSync(absolute)) return []
  if (!statSync(absolute).isDirectory()) return [place]
  return readdirSync(absolute, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => path.relative(root, path.join(each.parentPath ?? each.path, each.name)))
    .filter((file) => !skipped.test(file))
}

/**
 * A short hash of all that an image depends on: its files and what it is built from. An image with the same one need not
 * be built again.
 * @param facts what else it depends on, such as the base image
 */
export const inputsOf = (folder, facts) => {
  const hash = createHash('sha256').update(JSON.stringify(facts))
  for (const file of [...shared, ...ownOf(folder)].flatMap(filesIn).toSorted()) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 16)
}
