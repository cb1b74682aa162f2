import { readdirSync, readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** The variable that every process of a run inherits: its mark of ownership. */
export const runMark = 'MICROMART_RUN'

const linux = process.platform === 'linux'

const stat = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0], parent: Number(fields[1]), started: fields[19] }
  } catch {
    return undefined
  }
}

const psStart = (pid) => {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/**
 * A process by pid and start time, so that a later one with the same pid is never taken for it.
 * @returns undefined when it has ended; a zombie has
 */
export const identify = (pid) => {
  if (!Number.isInteger(pid) || pid < 2) return undefined
  if (!linux) return psStart(pid) ? { pid, started: psStart(pid) } : undefined
  const found = stat(pid)
  return found && found.state !== 'Z' ? { pid, started: found.started } : undefined
}

export const isAlive = ({ pid, started }) => identify(pid)?.started === started

const environmentOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
  } catch {
    return [] // not ours to read, so not ours
  }
}

/** All living processes that carry a run's mark, but this one. Linux only; elsewhere none. */
export const processesOf = (runId) => {
  if (!linux) return []
  const mark = `${runMark}=${runId}`
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid && environmentOf(pid).includes(mark))
    .map(identify)
    .filter(Boolean)
}

export const commandOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
  } catch {
    return []
  }
}

export const sendSignal = (processInfo, signal) => {
  if (!isAlive(processInfo)) return
  try {
    process.kill(processInfo.pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** Waits until all have ended; false after the time limit. */
export const allEnded = async (processes, limitMs) => {
  const until = Date.now() + limitMs
  while (processes.some(isAlive)) {
    if (Date.now() > until) return false
    await sleep(50)
  }
  return true
}

/** SIGTERM, then SIGKILL for what is still there after the time limit. */
export const terminate = async (processes, limitMs) => {
  for (const each of processes) sendSignal(each, 'SIGTERM')
  if (await allEnded(processes, limitMs)) return
  for (const each of processes) sendSignal(each, 'SIGKILL')
  await allEnded(processes, 5000)
}
