import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Fault } from '../terminal/fault.mjs'
import { logTime } from './log-time.mjs'
import { schemasIn } from './statement.mjs'

/**
 * `#261201  3:31:34 server id 1  end_log_pos 421 CRC32 0x20cb1e5e 	GTID 0-1-11 trans`, its time in the zone of the reader; a server with
 * `binlog_checksum=NONE` leaves the sum out.
 */
const header = /^#(\d{6} +[\d:]+) server id \d+ +end_log_pos (\d+)(?: CRC32 \w+)?\s+(.*)$/

const readHeader = (line) => {
  const [, time, end, what] = header.exec(line) ?? []
  return what === undefined ? undefined : { at: logTime(time), end: Number(end), what }
}

/** The transaction that is being read: it counts when its end is there. */
const transactionsOf = (cut) => {
  let open
  return {
    begin: (transaction) => (open = transaction),
    close: () => {
      if (!open) return
      cut.transactions += 1
      cut.last = open.at
      open = undefined
    },
    drop: () => (open = undefined),
    open: () => open,
  }
}

/** What a definition changes stands in its text, which follows its event. */
const statementsOf = (cut) => {
  let lines
  return {
    begin: () => (lines = []),
    add: (text) => lines?.push(text),
    end: () => {
      if (lines === undefined) return false
      for (const schema of schemasIn(lines)) cut.databases.add(schema)
      lines = undefined
      return true
    },
  }
}

const noCut = () => ({
  created: undefined,
  transactions: 0,
  last: undefined,
  isBaseLater: false,
  databases: new Set(),
})

/** Takes note of what one event says. */
const eventReader = (cut, { transaction, statement }) => {
  return ({ at, what }) => {
    if (what.startsWith('Start: binlog')) cut.created ??= at
    const [, database] = /^Table_map: `([^`]+)`/.exec(what) ?? []
    if (database && transaction.open()) cut.databases.add(database)
    if (what.startsWith('Xid')) transaction.close()
    if (what.startsWith('Query') && transaction.open()?.isDdl) statement.begin()
  }
}

/**
 * Reads the listing of a log, line by line: how far it goes before an instant. Its order is that of the commits, so that
 * what lies before a place of it is one instant of all databases.
 * @param start place in the first file at which it begins
 * @param until the instant; what is committed in that second or later stays out
 *   undefined for all of it
 * @returns `{ file(name), line(text), tear(), isOver(), result() }`
 */
export const cutReader = ({ start, until }) => {
  const cut = noCut()
  const transaction = transactionsOf(cut)
  const statement = statementsOf(cut)
  const notes = eventReader(cut, { transaction, statement })
  let name
  let [from, place, end] = [start, 0, start]

  const isAfter = (at) => until !== undefined && at >= until

  const begins = ({ at, what }) => {
    if (place < from) {
      cut.isBaseLater ||= isAfter(at)
      return
    }
    transaction.close()
    if (isAfter(at)) cut.over = { file: name, position: place, at }
    else transaction.begin({ at, position: place, isDdl: what.endsWith(' ddl') })
  }

  const ends = () => {
    if (statement.end()) transaction.close()
  }

  return {
    file: (file) => {
      transaction.close()
      from = name === undefined ? start : 0
      name = file
      end = from
    },
    line: (text) => {
      const [, at] = /^# at (\d+)$/.exec(text) ?? []
      if (at !== undefined || text.startsWith('# End of log')) ends()
      if (at !== undefined) place = Number(at)
      const event = cut.over ? undefined : readHeader(text)
      if (event === undefined) return void statement.add(text)
      if (event.what.startsWith('GTID')) begins(event)
      notes(event)
      if (place >= from) end = event.end
    },
    /** The copy ends in half an event: what lies before it counts, to the end of a transaction. */
    tear: () => {
      ends()
      cut.torn = { file: name, position: transaction.open()?.position ?? end }
      transaction.drop()
    },
    isOver: () => cut.over !== undefined,
    result: () => {
      ends()
      transaction.close()
      return cut
    },
  }
}

/** What mariadb-binlog says of a file that ends in half an event; some versions end with 0 all the same. */
export const isTear = (trouble) => /Event truncated/i.test(trouble)

const listFile = async (program, file, { reader, isLast }) => {
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
  const code = await ended
  if (reader.isOver()) return
  if (isLast && isTear(trouble)) return reader.tear()
  if (code !== 0 || isTear(trouble)) {
    throw new Fault(`${file} cannot be read: ${trouble.trim().split('\n').at(-1)}`, {
      advice: 'Name an instant before its fault (--to), or take another copy of the log.',
    })
  }
}

/** A server that was made anew gives its files the same names: its log does not lead on from the base. */
const isOf = ({ time }, { created }) => created?.getTime() === time.getTime()

/**
 * Where a log has to be cut for an instant.
 * @param files of one copy of the log, the first is the one that the base names
 * @param until undefined for all that the copy holds
 * @param databases those that may be in it; undefined when all may
 * @returns `{ over: { file, position } | undefined, torn, transactions, last, isBaseLater }`; `over` is undefined when the log ends
 *   before the instant, `torn` is the place where a copy that breaks off is whole; undefined when the log is not that of the base's server
 */
export const findCut = async ({ program, files, base, until, databases }) => {
  const reader = cutReader({ start: base.position, until })
  for (const file of files) {
    await listFile(program, file, { reader, isLast: file === files.at(-1) })
    if (reader.isOver()) break
  }
  const cut = reader.result()
  if (!isOf(base, cut)) return undefined
  if (databases) requireOwn(cut, files, databases)
  return cut
}

const requireOwn = (cut, files, databases) => {
  const foreign = [...cut.databases].filter((name) => !databases.includes(name))
  if (foreign.length > 0) {
    throw new Fault(`The log in ${path.dirname(files[0])} holds changes of ${foreign.join(', ')}`, {
      advice:
        'Name an instant before them, or restore into a server of its own with --whole-log: they are made there, too.',
    })
  }
}
