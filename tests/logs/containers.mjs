import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Docker's json-file form: each line of a container with its stream, its time and the container's name. */
const wrapped = (text, name) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => ({
      log: `${line}\n`,
      stream: 'stdout',
      attrs: { tag: name },
      time: new Date().toISOString(),
    }))
    .map((each) => `${JSON.stringify(each)}\n`)
    .join('')

const container = (file) => path.basename(file, '.log').replace('-sidecar', '-dapr')

/**
 * Lays a shop's logs down as Docker would.
 * @param more lines by container that the shop has not written
 * @returns how many lines each container has
 */
export const layDown = (logDir, folder, more = {}) => {
  const files = readdirSync(logDir).filter((file) => /^[a-z]+(-sidecar)?\.log$/.test(file))
  const texts = Object.fromEntries(
    files.map((file) => [container(file), readFileSync(path.join(logDir, file), 'utf8')]),
  )
  const counts = {}
  for (const [name, text] of Object.entries({ ...texts, ...more })) {
    const lines = wrapped(text, name)
    counts[name] = lines.split('\n').filter(Boolean).length
    mkdirSync(path.join(folder, name), { recursive: true })
    writeFileSync(path.join(folder, name, `${name}-json.log`), lines)
  }
  return counts
}
