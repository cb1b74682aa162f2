import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectMysql } from '../../scripts/lib/stores/mysql.mjs'

const copiedOf = (dir, file) => {
  const sizes = readdirSync(dir)
    .filter((name) => name.startsWith('log-'))
    .map((name) => path.join(dir, name, file))
    .filter(existsSync)
    .map((copy) => statSync(copy).size)
  return Math.max(0, ...sizes)
}

const everyMs = 250
const patienceMs = 10_000

/**
 * Measures how far the copy of the log is behind: a place of the server's log is read, and waited for in the copy.
 * @returns `stop()`, which answers the times in ms, sorted
 */
export const watchLag = async (adminUrl, dir) => {
  const db = await connectMysql(adminUrl)
  const closing = new AbortController()
  const times = []

  const once = async () => {
    const [[{ File: file, Position: position }]] = await db.query('SHOW MASTER STATUS')
    const began = performance.now()
    while (copiedOf(dir, file) < Number(position)) {
      if (performance.now() - began > patienceMs) break
      await pause(2)
    }
    times.push(performance.now() - began)
  }

  const all = (async () => {
    for (; !closing.signal.aborted; await pause(everyMs)) await once()
  })()
  return {
    stop: async () => {
      closing.abort()
      await all
      await db.end()
      return times.toSorted((a, b) => a - b)
    },
  }
}
