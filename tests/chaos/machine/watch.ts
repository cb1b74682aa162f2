/** A thread of its own: nothing that the run does delays it, only want of a core does. Tells its parent what the processor did. */
import { readdirSync, readFileSync } from 'node:fs'
import os from 'node:os'
import { parentPort } from 'node:worker_threads'
import type { Work } from './share.ts'

/** What the watch tells, twice a second. */
export type Beat = {
  /** `performance.now()` of the parent's clock, in ms. */
  readonly at: number
  readonly tookMs: number
  /** How late the latest of its wake-ups was, in ms. */
  readonly lateMs: number
  /** Absent where there is no /proc. */
  readonly work: Work | undefined
}

const ticksPerSecond = 100
const nanosPerSecond = 1e9
const wakeEveryMs = 50
const tellEveryMs = 500

/** Of one process, in seconds: since it began. */
type Seen = { readonly worked: number; readonly waited: number }

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // ended meanwhile
  }
}

const names = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder).filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

/** The second figure of schedstat: nanoseconds on the run queue. */
const waitedIn = (pid: string): number =>
  names(`/proc/${pid}/task`)
    .map((thread) => Number(textOf(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[1] ?? 0))
    .reduce((sum, each) => sum + each, 0) / nanosPerSecond

/** Fields of /proc/pid/stat behind the name, which may hold anything. */
const fieldsOf = (pid: string): readonly string[] => {
  const text = textOf(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** This process and all that descend from it. */
const ownProcesses = (): ReadonlyMap<string, Seen> => {
  const all = new Map(names('/proc').map((pid) => [pid, fieldsOf(pid)]))
  const isOwn = (pid: string): boolean => {
    if (pid === String(process.pid)) return true
    const parent = all.get(pid)?.[1]
    return parent !== undefined && Number(parent) > 1 && isOwn(parent)
  }
  const seen = (pid: string, fields: readonly string[]): Seen => ({
    worked: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    waited: waitedIn(pid),
  })
  return new Map(
    [...all].filter(([pid]) => isOwn(pid)).map(([pid, fields]) => [pid, seen(pid, fields)]),
  )
}

/** All that the machine did, the time that its host took included. */
const busySeconds = (): number => {
  const [line = ''] = textOf('/proc/stat').split('\n')
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
  const idle = ticks[3]! + ticks[4]!
  return (ticks.reduce((sum, each) => sum + each, 0) - idle) / ticksPerSecond
}

const read = () => ({ at: performance.now(), own: ownProcesses(), busy: busySeconds() })

type Reading = ReturnType<typeof read>

/** What happened since the last look; a process that has ended since is counted as far as it was seen. */
const workBetween = (before: Reading, now: Reading): Work => {
  const since = (what: 'worked' | 'waited') =>
    [...now.own]
      .map(([pid, seen]) => Math.max(0, seen[what] - (before.own.get(pid)?.[what] ?? 0)))
      .reduce((sum, each) => sum + each, 0)
  return {
    seconds: (now.at - before.at) / 1000,
    busy: now.busy - before.busy,
    own: since('worked'),
    waited: since('waited'),
  }
}

const hasProc = os.platform() === 'linux'
let last = hasProc ? read() : undefined
let toldAt = performance.now()
let wokeAt = toldAt
let lateMs = 0

setInterval(() => {
  const now = performance.now()
  lateMs = Math.max(lateMs, now - wokeAt - wakeEveryMs)
  wokeAt = now
  if (now - toldAt < tellEveryMs) return
  const next = hasProc ? read() : undefined
  const work = last && next ? workBetween(last, next) : undefined
  const at = performance.timeOrigin + now
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
  parentPort?.postMessage({ at, tookMs: now - toldAt, lateMs, work } satisfies Beat)
  last = next
  toldAt = now
  lateMs = 0
}, wakeEveryMs)
