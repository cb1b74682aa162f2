import { expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { brokenBuilds } from './builds.ts'

const root = path.resolve(import.meta.dirname, '..', '..', '..')
const edits = brokenBuilds.flatMap(({ name, edits: all }) =>
  all.map((edit) => [name, edit] as const),
)

it.each(edits)('%s still changes what is there, in one place', (_name, { file, from, to }) => {
  const text = readFileSync(path.join(root, file), 'utf8')
  expect(text.split(from)).toHaveLength(2)
  expect(text.replace(from, () => to)).not.toBe(text)
})
