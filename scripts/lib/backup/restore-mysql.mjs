import { spawn } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { connectMysql } from '../stores/mysql.mjs'
import { Fault } from '../terminal/fault.mjs'
import { basesBefore, logsAfter, readArchive, verifyBase } from './archive.mjs'
import { writeClientFile } from './client-file.mjs'
import { findCut, isTear } from './log-cut.mjs'

const closed = (child, what, isHarmless = () => false) => {
  let trouble = ''
  child.stderr.on('data', (data) => (trouble += data))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0 || isHarmless(trouble)) return resolve()
      const advice = 'The databases are half restored: mend it and restore again.'
      reject(new Fault(`${what}: ${trouble.trim().split('\n').at(-1)}`, { advice }))
    })
  })
}

/** Feeds a stream of SQL to the server. */
const feed = async (program, client, source, what) => {
  const child = spawn(program, [`--defaults-file=${client}`, '--binary-mode'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const end = closed(child, what)
  // A server that refuses closes its side: what it said counts, not the broken pipe.
  const fed = pipeline(...source, child.stdin).catch((error) => error)
  await end
  const error = await fed
  if (error) throw error
}

const load = ({ mariadb }, client, { folder }) =>
  feed(
    mariadb,
    client,
    [createReadStream(path.join(folder, 'dump.sql.gz')), createGunzip()],
    'The base cannot be loaded',
  )

const replay = async ({ mariadb, log }, client, { files, position, cut }) => {
  const end = cut.over ?? cut.torn
  const last = end ? files.slice(0, files.indexOf(end.file) + 1) : files
  const stop = end ? [`--stop-position=${end.position}`] : []
  const reader = spawn(log, ['--no-defaults', `--start-position=${position}`, ...stop, ...last], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const read = closed(reader, 'The log cannot be read', (trouble) => cut.torn && isTear(trouble))
  const fed = feed(mariadb, client, [reader.stdout], 'The log cannot be replayed')
  await Promise.all([read, fed])
}

const dropAll = async (connection, databases) => {
  for (const name of databases) await connection.query(`DROP DATABASE IF EXISTS \`${name}\``)
}

const durability = ['innodb_flush_log_at_trx_commit', 'sync_binlog']

/**
 * Without a write to disk for each commit meanwhile: what a power cut takes is restored again. Where the account may not set that, it
 * takes longer.
 */
const unhurriedDisk = async (connection, work) => {
  const [[before]] = await connection.query(
    `SELECT ${durability.map((name) => `@@GLOBAL.${name} AS ${name}`).join(', ')}`,
  )
  const set = async (values) => {
    for (const name of durability) await connection.query(`SET GLOBAL ${name} = ${values[name]}`)
  }
  const eased = { innodb_flush_log_at_trx_commit: 2, sync_binlog: 0 }
  const isSet = await set(eased).then(
    () => true,
    () => false,
  )
  try {
    await work()
  } finally {
    if (isSet) await set(before)
  }
}

const cutsOf = async ({ archive, base, until, programs, databases }) => {
  const cuts = []
  for (const files of logsAfter(archive, base)) {
    const cut = await findCut({ program: programs.log, files, base, until, databases })
    if (cut) cuts.push({ base, files, cut })
  }
  return cuts
}

const isUsable = ({ cut }, until) => !cut.isBaseLater && (until === undefined || cut.over)

const furthest = (plans) => plans.toSorted((a, b) => a.cut.transactions - b.cut.transactions).at(-1)

const unreached = (plan, until) => {
  if (until === undefined || plan === undefined) {
    return new Fault('No copy of the log leads on from a backup', {
      advice: 'Is it the right folder (--from)? A base alone is a state that may be a day old.',
    })
  }
  const { base, cut } = plan
  const end = (cut.last ?? base.time).toISOString()
  return new Fault(`The copied log does not reach ${until.toISOString()}: it ends at ${end}`, {
    advice: 'Name another folder (--from), an earlier instant, or --to latest for what there is.',
  })
}

/** What was written between the restored instant and the restore is not the shop's past: no log leads over it. */
const requireUnbroken = (base, until, restored) => {
  if (!restored || base.time >= restored.at) return
  if (until !== undefined && until <= restored.at) return
  throw new Fault(`The shop was restored at ${restored.at.toISOString()}, after the last backup`, {
    advice: 'Only an instant before that can be restored; back up anew first (npm run backup).',
  })
}

/**
 * What a restore to an instant would do, without doing it.
 * @param until undefined for all that the copied log holds
 * @param databases those that the log may change; `undefined` when all may
 * @param restored when the shop was restored last, `{ at }`
 * @returns `{ base, files, cut }`: the base, the log that leads on from it, and how far
 * @throws Fault when no base lies before the instant, a base is damaged, or no log leads on to it
 */
export const planRestore = async ({ from, until, programs, databases, restored }) => {
  const archive = readArchive(from)
  let short
  for (const base of basesBefore(archive, until)) {
    requireUnbroken(base, until, restored)
    const plans = await cutsOf({ archive, base, until, programs, databases })
    const plan = furthest(plans.filter((each) => isUsable(each, until)))
    if (plan) {
      await verifyBase(base)
      return plan
    }
    short ??= furthest(plans)
  }
  throw unreached(short, until)
}

/**
 * Brings all databases to one instant: the base is loaded in their place, the log replayed as far as the plan says.
 * @param adminUrl of an account that may do all of that
 */
export const restoreMysql = async ({ adminUrl, programs, databases, plan }) => {
  const { base, files, cut } = plan
  const work = mkdtempSync(path.join(tmpdir(), 'mm-restore-'))
  const connection = await connectMysql(adminUrl)
  try {
    const client = writeClientFile(path.join(work, 'client.cnf'), adminUrl)
    await unhurriedDisk(connection, async () => {
      await dropAll(connection, databases)
      await load(programs, client, base)
      await replay(programs, client, { files, position: base.position, cut })
    })
    await connection.query('FLUSH LOGS')
  } finally {
    await connection.end()
    rmSync(work, { recursive: true, force: true })
  }
}
