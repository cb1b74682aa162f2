import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { root } from '../../../scripts/lib/machine/paths.mjs'

const parts = [
  'pkg',
  'services',
  'gateway',
  'scripts',
  'components',
  'tests/chaos',
  'dapr.yaml',
  'package.json',
  'package-lock.json',
]

/** The installed packages by links, but the workspace's own, which are the copy's. */
const linkModules = (from, to) => {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    const source = path.join(from, name)
    const target = path.join(to, name)
    if (name === '@micromart') linkModules(source, target)
    else if (lstatSync(source).isSymbolicLink() && path.basename(from) === '@micromart') {
      symlinkSync(readlinkSync(source), target)
    } else symlinkSync(source, target)
  }
}

/**
 * A copy of the checkout that runs by itself, with some texts replaced.
 * @throws when a text is not there
 */
export const scratchCopy = (folder, edits) => {
  rmSync(folder, { recursive: true, force: true })
  const filter = (file) => !file.includes('node_modules')
  for (const part of parts) {
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true, filter })
  }
  linkModules(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  for (const part of ['gateway']) {
    const own = path.join(root, part, 'node_modules')
    symlinkSync(own, path.join(folder, part, 'node_modules'))
  }
  for (const { file, from, to } of edits) {
    const target = path.join(folder, file)
    const text = readFileSync(target, 'utf8')
    if (!text.includes(from)) throw new Error(`${file} no longer holds:\n${from}`)
    writeFileSync(
      target,
      text.replace(from, () => to),
    )
  }
}
