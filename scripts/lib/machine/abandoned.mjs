import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { identify } from './processes.mjs'

// Whatever is written under its final name is whole: work goes on under `<name>.<what>.<pid>`.
const unfinished = /\.[a-z]+\.(\d+)$/

/** Removes from a folder of the cache what processes that have ended left unfinished there. */
export const removeAbandoned = (folder) => {
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    const pid = unfinished.exec(name)?.[1]
    if (pid === undefined || identify(Number(pid))) continue
    rmSync(path.join(folder, name), { recursive: true, force: true })
  }
}
