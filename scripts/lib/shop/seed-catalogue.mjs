import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { Fault } from '../terminal/fault.mjs'
import { root } from '../machine/paths.mjs'
import { readJson, writePrivate } from './secrets.mjs'

export const catalogueFile = path.join(root, 'scripts', 'catalogue', 'products.csv')

const request = async (url, options) => {
  const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(300_000) }).catch(
    (cause) => {
      throw new Fault(`No shop answers at ${url}`, { advice: 'Run "npm start" first.', cause })
    },
  )
  const body = await answer.json().catch(() => ({}))
  if (answer.ok) return body
  const { code = '', detail = '' } = body
  throw new Fault(
    `${options?.method ?? 'GET'} ${url} answered ${answer.status} ${code} ${detail}`.trim(),
    {
      advice: 'Is the shop running (npm run status)? Its logs are in var/log.',
    },
  )
}

const hashOf = (file) => createHash('sha256').update(readFileSync(file)).digest('hex')

const login = async (gateway, { email, password }) => {
  const { accessToken } = await request(new URL('/v1/auth/login', gateway), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return accessToken
}

const isEmpty = async (gateway) =>
  (await request(new URL('/v1/products?limit=1', gateway))).items.length === 0

/**
 * Imports a catalogue through the shop's own API, as its admin.
 * @param state a file that keeps the hash of what was imported, so that the same file is not sent again
 * @returns the import's report, or undefined when there was nothing to do
 */
export const seedCatalogue = async ({
  gateway,
  admin,
  file = catalogueFile,
  state,
  force = false,
}) => {
  if (!existsSync(file))
    throw new Fault(`There is no ${file}`, { advice: 'Name a CSV file with --file.' })
  const hash = hashOf(file)
  if (!force && readJson(state).imported === hash && !(await isEmpty(gateway))) return undefined
  const report = await request(new URL('/v1/admin/products/import', gateway), {
    method: 'POST',
    headers: {
      'content-type': 'text/csv',
      'content-length': String(statSync(file).size),
      authorization: `Bearer ${await login(gateway, admin)}`,
    },
    body: Readable.toWeb(createReadStream(file)),
    duplex: 'half',
  })
  if (report.failed === 0) writePrivate(state, { imported: hash })
  return report
}
