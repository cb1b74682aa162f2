import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lintSource } from '@secretlint/core'
import { creator } from '@secretlint/secretlint-rule-preset-recommend'
import { root } from '../machine/paths.mjs'
import { judged, unknown } from './outcome.mjs'

/**
 * Made up for tests, and told by its host: names under `.example` are nobody's (RFC 2606), and what listens on a loopback is this
 * machine's own; a local run draws its passwords anew.
 */
const madeUp = {
  id: '@secretlint/secretlint-rule-database-connection-string',
  options: { allows: [String.raw`/@127\.0\.0\.1\b|@[\w-]+\.example[:\/]/`] },
}

const config = {
  rules: [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, rules: [madeUp] }],
}

const git = (args, input) => {
  const done = spawnSync('git', args, { cwd: root, input, maxBuffer: 1 << 30 })
  if (done.status !== 0) throw new Error(`git ${args[0]}: ${done.stderr}`)
  return done.stdout
}

/** Larger ones are data, such as pictures and catalogues. */
const mostBytes = 1_000_000

/** Every content that any commit has, once, with a name that it goes by: `{ id, path }`. */
const everything = () =>
  git(['rev-list', '--objects', '--all'])
    .toString()
    .trim()
    .split('\n')
    .map((line) => ({ id: line.slice(0, 40), path: line.slice(41) }))
    .filter(({ path }) => path !== '')

/** `cat-file --batch` answers `<id> <type> <size>\n<content>\n` for each. */
const contentsOf = (objects) => {
  const answer = git(['cat-file', '--batch'], objects.map(({ id }) => id).join('\n'))
  let at = 0
  return objects.flatMap((object) => {
    const end = answer.indexOf(10, at)
    const [, type, size] = answer.subarray(at, end).toString().split(' ')
    const content = answer.subarray(end + 1, end + 1 + Number(size))
    at = end + 2 + Number(size)
    const isText = type === 'blob' && content.length < mostBytes && !content.includes(0)
    return isText ? [{ ...object, content: content.toString() }] : []
  })
}

const inTree = () =>
  git(['ls-files', '--others', '--exclude-standard', '-z'])
    .toString()
    .split('\0')
    .filter((name) => name !== '')

/** What the preset passes over: short keys, and those that are JSON. */
const keys = [
  ['private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/=]{20}/],
  ['private JWK', /"kty"[^{}]*"d"\s*:\s*"[\w-]{20,}"|"d"\s*:\s*"[\w-]{20,}"[^{}]*"kty"/],
]

const keysIn = ({ path, content, id }) =>
  keys
    .filter(([, pattern]) => pattern.test(content))
    .map(([what]) => `${path} (${id.slice(0, 10)}): found a ${what}`)

/** What reads as a secret in a text, as `path:line (object) rule: what`. */
export const secretsIn = async (text) => {
  const { path, content, id } = text
  const source = { filePath: path, content, contentType: 'text' }
  const { messages } = await lintSource({ source, options: { config, noPhysicFilePath: true } })
  const told = messages.map(({ ruleId, message, loc }) => {
    const where = `${path}:${loc.start.line} (${id.slice(0, 10)})`
    return `${where} ${ruleId.split('/').at(-1)}: ${message.split('\n')[0]}`
  })
  return told.length > 0 ? told : keysIn(text)
}

/** Secrets in any commit, and in files that are not committed yet. A place is excused by a secretlint-disable comment. */
export const auditSecrets = async () => {
  if (spawnSync('git', ['rev-parse', '--git-dir'], { cwd: root }).status !== 0) {
    return unknown('this is no git checkout')
  }
  const objects = everything()
  const history = contentsOf(objects)
  const fresh = inTree().map((path) => ({
    path,
    id: 'not committed',
    content: readFileSync(join(root, path), 'utf8').slice(0, mostBytes),
  }))
  const found = []
  for (const text of [...history, ...fresh]) found.push(...(await secretsIn(text)))
  return judged(found, {
    clean: `none in ${history.length} texts of the history and ${fresh.length} new files`,
    found: 'texts that read as secrets',
  })
}
