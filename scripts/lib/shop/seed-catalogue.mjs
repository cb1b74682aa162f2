import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
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
  const fault = new Fault(
    `${options?.method ?? 'GET'} ${url} answered ${answer.status} ${code} ${detail}`.trim(),
    {
      advice: 'Is the shop running (npm run status)? Its logs are in var/log.',
    },
  )
  throw Object.assign(fault, { status: answer.status })
}

const tries = 30

/** Ready is not warm: the gateway may not have found a service yet whose sidecar has just started. */
const patiently = async (ask) => {
  for (let left = tries; ; left -= 1) {
    try {
      return await ask()
    } catch (error) {
      if (error.status !== 503 || left === 1) throw error
      await pause(1000)
    }
  }
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
  const nothingThere = await patiently(() => isEmpty(gateway))
  if (!force && readJson(state).imported === hash && !nothingThere) return undefined
  const token = await patiently(() => login(gateway, admin))
  const report = await patiently(() =>
    request(new URL('/v1/admin/products/import', gateway), {
      method: 'POST',
      headers: {
        'content-type': 'text/csv',
        'content-length': String(statSync(file).size),
        authorization: `Bearer ${token}`,
      },
      body: Readable.toWeb(createReadStream(file)),
      duplex: 'half',
    }),
  )
  if (report.failed === 0) writePrivate(state, { imported: hash })
  return report
}
