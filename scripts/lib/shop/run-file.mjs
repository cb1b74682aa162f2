import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { identify, isAlive, processesOf, terminate } from '../machine/processes.mjs'

const fileOf = (home) => path.join(home, 'run', 'shop.json')

/** What runs, or was left, in a home: `{ runId, starter, processes: {name: {pid, started}}, ports }`. */
export const readRun = (home) => {
  try {
    return JSON.parse(readFileSync(fileOf(home), 'utf8'))
  } catch {
    return undefined
  }
}

const write = (home, run) => {
  mkdirSync(path.dirname(fileOf(home)), { recursive: true })
  writeFileSync(`${fileOf(home)}.tmp`, JSON.stringify(run, undefined, 2))
  renameSync(`${fileOf(home)}.tmp`, fileOf(home))
}

/**
 * Writes down that this process starts a shop in `home`. Each process is recorded as soon as it
 * exists, so that the next start can end it whatever happens to this one.
 */
export const openRun = (home, runId) => {
  const run = { runId, home, starter: identify(process.pid), processes: {} }
  write(home, run)
  return {
    runId,
    processes: run.processes,
    record: (name, pid) => {
      run.processes[name] = identify(pid)
      write(home, run)
      return run.processes[name]
    },
    note: (facts) => write(home, Object.assign(run, facts)),
    close: () => rmSync(fileOf(home), { force: true }),
  }
}

export const starterIsAlive = (run) => run?.starter !== undefined && isAlive(run.starter)

/** Everything that a run left behind: the recorded processes and all that carry its mark. */
export const leftOf = (run) => {
  const recorded = Object.values(run.processes).filter((each) => each && isAlive(each))
  const marked = processesOf(run.runId).filter(({ pid }) => pid !== run.starter?.pid)
  return [...new Map([...recorded, ...marked].map((each) => [each.pid, each])).values()]
}

/**
 * Ends what a dead starter left in `home`. Databases get time to write: they end at their SIGTERM.
 * @returns how many processes there were
 */
export const cleanUp = async (home) => {
  const run = readRun(home)
  if (!run || starterIsAlive(run)) return 0
  const left = leftOf(run)
  await terminate(left, 20_000)
  await terminate(leftOf(run), 5000) // what came into being meanwhile
  rmSync(fileOf(home), { force: true })
  return left.length
}
