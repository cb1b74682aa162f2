import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../machine/paths.mjs'

const places = ['pkg', 'services', 'gateway', 'tests', 'scripts']
const elsewhere = new Set(['node_modules', 'fixtures', 'generated'])

/** By hand: scripts run on a Node that knows no globs. */
const testFilesIn = (folder) =>
  readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name)
    if (entry.isDirectory()) return elsewhere.has(entry.name) ? [] : testFilesIn(name)
    return /\.test\.(ts|mjs)$/.test(name) ? [name] : []
  })

/** A text that begins with numbers of the check-list: the name of a test, of a group, or of a case of one. */
const numbered = /(['"`])((?:S\d{1,2} )+)((?:(?!\1).)+)\1/g

const namesIn = (file) =>
  [...readFileSync(path.join(root, file), 'utf8').matchAll(numbered)].map(
    ([, , numbers, name]) => ({
      file,
      numbers: numbers
        .trim()
        .split(' ')
        .map((number) => Number(number.slice(1))),
      name: name.trim(),
    }),
  )

/** Every test whose name says which lines of the check-list it holds: `{ file, numbers, name }`, by file. */
export const numberedTests = () => places.flatMap(testFilesIn).sort().flatMap(namesIn)
