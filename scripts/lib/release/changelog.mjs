import { Fault } from '../terminal/fault.mjs'

const versionForm = /^v?(\d+\.\d+\.\d+(?:-[\w.]+)?)$/

/** The version that a tag such as v1.4.0 names. @throws Fault for any other text */
export const versionOf = (tag) => {
  const [, version] = versionForm.exec(tag ?? '') ?? []
  if (version) return version
  throw new Fault(`"${tag}" is no release`, { advice: 'It is a version such as v1.4.0.' })
}

/** `## 1.4.0`, `## [1.4.0] - 2026-12-01` */
const headings = /^## \[?([^\]\s]+)\]?.*$/gm

/**
 * What the changelog says of one version.
 * @throws Fault when it has no such heading, or nothing under it
 */
export const notesOf = (text, version) => {
  const found = [...text.matchAll(headings)]
  const index = found.findIndex(([, named]) => named === version)
  if (index === -1) {
    throw new Fault(`CHANGELOG.md has no heading "## ${version}"`, {
      advice: 'Name the version there, and renew the baselines: npm run release:baseline.',
    })
  }
  const start = found[index].index + found[index][0].length
  const notes = text.slice(start, found[index + 1]?.index).trim()
  if (notes) return notes
  throw new Fault(`CHANGELOG.md says nothing under "## ${version}"`, {
    advice: 'Write what is new for those who use the shop.',
  })
}
