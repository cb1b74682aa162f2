import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, createReadStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Fault } from '../terminal/fault.mjs'
import { logTime } from './log-time.mjs'

const timeIn = (name) => {
  const [, day, hour, minute, second] = /-(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(name) ?? []
  if (day === undefined) return undefined
  const date = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`
  return new Date(`${date}T${hour}:${minute}:${second}Z`)
}

const foldersOf = (dir, kind) =>
  (existsSync(dir) ? readdirSync(dir) : [])
    .filter((name) => name.startsWith(`${kind}-`) && timeIn(name))
    .toSorted()
    .map((name) => ({ folder: path.join(dir, name), time: timeIn(name) }))

/** Its time is the server's own: when the file of the log began in which its place is. The clock that named the folder may differ. */
const baseIn = ({ folder }) => {
  const text = readFileSync(path.join(folder, 'position'), 'utf8').trim()
  const [file, position, ...time] = text.split(' ')
  return { folder, time: logTime(time.join(' ')), file, position: Number(position) }
}

const logIn = ({ folder }) => ({ folder, files: readdirSync(folder).toSorted() })

/**
 * What `mm-backup` has written into a folder, oldest first.
 * @returns `{ bases: [{ folder, time, file, position }], logs: [{ folder, files }] }`
 */
export const readArchive = (dir) => ({
  bases: foldersOf(dir, 'base').map(baseIn),
  logs: foldersOf(dir, 'log').map(logIn),
})

/**
 * The bases that are not after the instant, the newest first.
 * @param instant undefined for all
 * @throws Fault when there is none
 */
export const basesBefore = ({ bases }, instant) => {
  const found = bases.filter(({ time }) => instant === undefined || time < instant).toReversed()
  if (found.length > 0) return found
  const first = bases[0]
  throw new Fault(
    first
      ? `The first backup is of ${first.time.toISOString()}, after ${instant.toISOString()}`
      : 'There is no backup in that folder',
    { advice: 'Name another folder (--from) or a later instant (--to).' },
  )
}

/** Copies of the log that may lead on from a base: `[[files with their folder]]`, the furthest first. */
export const logsAfter = ({ logs }, { file }) =>
  logs
    .filter(({ files }) => files.includes(file))
    .map(({ folder, files }) =>
      files.slice(files.indexOf(file)).map((name) => path.join(folder, name)),
    )
    .toReversed()

const digestOf = async (file) => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** @throws Fault when a file of a base is not what was written */
export const verifyBase = async ({ folder }) => {
  const lines = readFileSync(path.join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n')
  for (const line of lines) {
    const [digest, name] = line.split(/\s+/)
    if ((await digestOf(path.join(folder, name))) === digest) continue
    throw new Fault(`${path.join(folder, name)} is not what was written`, {
      advice: 'Take the base before it, or another copy: the log leads on from there, too.',
    })
  }
}
