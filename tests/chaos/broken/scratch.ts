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

const root = path.resolve(import.meta.dirname, '..', '..', '..')

/** A change of one source file: `from` must be there. When the code has moved on, it says so instead of passing for a broken build. */
export type Edit = { readonly file: string; readonly from: string; readonly to: string }

/** What a service runs from. */
const parts = ['pkg', 'services', 'scripts', 'package.json']

/** The installed packages by links, but the workspace's own, which are the copy's. */
const linkModules = (from: string, to: string): void => {
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
 * A copy of the services that run by themselves, with some texts replaced.
 * @throws when a text is not there
 */
export const scratchCopy = (folder: string, edits: readonly Edit[]): void => {
  rmSync(folder, { recursive: true, force: true })
  const filter = (file: string) => !file.includes('node_modules')
  for (const part of parts) {
    cpSync(path.join(root, part), path.join(folder, part), { recursive: true, filter })
  }
  linkModules(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
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
