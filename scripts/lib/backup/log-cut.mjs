import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Fault } from '../terminal/fault.mjs'

/** `#261201  3:31:34 server id 1  end_log_pos 421 CRC32 0x20cb1e5e 	GTID 0-1-11 trans`, its time in the zone of the reader. */
const header =
  /^#(\d\d)(\d\d)(\d\d) +(\d+):(\d\d):(\d\d) server id \d+ +end_log_pos (\d+) CRC32 \w+\s+(.*)$/

const readHeader = (line) => {
  const [, year, month, day, hour, minute, second, end, what] = header.exec(line) ?? []
  if (what === undefined) return undefined
  const at = Date.UTC(2000 + Number(year), month - 1, day, hour, minute, second)
  return { at: new Date(at), end: Number(end), what }
}

/**
 * Reads the listing of a log, line by line: how far it goes before an instant. Its order is that of the commits, so that
 * what lies before a place of it is one instant of all databases.
 * @param start place in the first file at which it begins
 * @param until the instant; what is committed in that second or later stays out
 * @returns `{ file(name), line(text), isOver(), result() }`
 */
export const cutReader = ({ start, until }) => {
  const cut = { created: undefined, transactions: 0, last: undefined, databases: new Set() }
  let name
  let from = start
  let place = 0

  const begins = ({ at, end, what }) => {
    if (what.startsWith('Start: binlog')) cut.created ??= at
    if (!what.startsWith('GTID') || place < from) return
    if (at >= until) {
      cut.over = { file: name, position: place, at }
      return
    }
    cut.transactions += 1
    cut.last = at
    cut.end = end
  }

  const tables = ({ what }) => {
    const [, database] = /^Table_map: `([^`]+)`/.exec(what) ?? []
    if (database && place >= from) cut.databases.add(database)
  }

  return {
    file: (file) => {
      from = name === undefined ? start : 0
      name = file
    },
    line: (text) => {
      const [, at] = /^# at (\d+)$/.exec(text) ?? []
      if (at !== undefined) place = Number(at)
      const event = readHeader(text)
      if (event === undefined || cut.over) return
      begins(event)
      tables(event)
    },
    isOver: () => cut.over !== undefined,
    result: () => cut,
  }
}

const listFile = async (program, file, reader) => {
  const args = ['--no-defaults', '--base64-output=decode-rows', file]
  const child = spawn(program, args, {
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let trouble = ''
  child.stderr.on('data', (data) => (trouble += data))
  const ended = new Promise((resolve) => child.on('close', resolve))
  reader.file(file)
  for await (const line of createInterface({ input: child.stdout })) {
    reader.line(line)
    if (reader.isOver()) break
  }
  child.stdout.destroy()
  if (reader.isOver()) return void (await ended)
  if ((await ended) !== 0) {
    throw new Fault(`${file} cannot be read: ${trouble.trim().split('\n').at(-1)}`, {
      advice: 'Name an instant before its fault (--to), or take another copy of the log.',
    })
  }
}

/** A server that was made anew gives its files the same names: its log does not lead on from the base. */
const isOf = ({ time }, { created }) => Math.abs(created - time) < 60_000

/**
 * Where a log has to be cut for an instant.
 * @param files of one copy of the log, the first is the one that the base names
 * @returns `{ over: { file, position } | undefined, transactions, last }`; `over` is undefined when the log ends before the instant;
 *   undefined when the log is not that of the base's server
 */
export const findCut = async ({ program, files, base, until, databases }) => {
  const reader = cutReader({ start: base.position, until })
  for (const file of files) {
    await listFile(program, file, reader)
    if (reader.isOver()) break
  }
  const cut = reader.result()
  if (!cut.created || !isOf(base, cut)) return undefined
  const foreign = [...cut.databases].filter((name) => !databases.includes(name))
  if (foreign.length > 0) {
    throw new Fault(`The log in ${path.dirname(files[0])} holds changes of ${foreign.join(', ')}`, {
      advice: 'Restore into a server of its own: what is replayed would change those, too.',
    })
  }
  return cut
}
