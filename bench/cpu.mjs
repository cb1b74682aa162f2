import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

const stat = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(rest[1]), ticks: Number(rest[11]) + Number(rest[12]) }
  } catch {
    return undefined
  }
}

/** A process and all below it, by pid. */
export const familyOf = (roots) => {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => stat(Number(name)))
    .filter(Boolean)
  const family = new Map(all.filter(({ pid }) => roots.includes(pid)).map((one) => [one.pid, one]))
  for (let grown = true; grown;) {
    const more = all.filter(({ pid, parent }) => !family.has(pid) && family.has(parent))
    for (const one of more) family.set(one.pid, one)
    grown = more.length > 0
  }
  return [...family.values()]
}

const nameOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** `daprd order`, `order`, `restarter`: what a command line says of its part in the shop. */
const roleOf = (pid) => {
  const command = nameOf(pid)
  const sidecar = /daprd.*--app-id (\w+)/.exec(command)
  if (sidecar) return `daprd ${sidecar[1]}`
  if (command.includes('run-app.mjs')) return 'restarters'
  return /(\w+)\/src\/main\.ts/.exec(command)?.[1] ?? 'others'
}

/** CPU seconds that a family of processes has used so far, by role. */
const cpuSeconds = (roots) => {
  const used = {}
  for (const { pid, ticks } of familyOf(roots)) {
    const role = roleOf(pid)
    used[role] = (used[role] ?? 0) + ticks / ticksPerSecond
  }
  return used
}

/**
 * A round of load, with the CPU that the processes below some roots have used for it.
 * @returns the round and `cpuPer1000`, `cpuByRole`: seconds for 1,000 requests, which are milliseconds for one
 */
export const withCpu = async (roots, drive) => {
  const before = cpuSeconds(roots)
  const round = await drive()
  const after = cpuSeconds(roots)
  const per1000 = Object.entries(after).map(([role, seconds]) => [
    role,
    ((seconds - (before[role] ?? 0)) / round.requests) * 1000,
  ])
  const cpuPer1000 = per1000.reduce((sum, [, seconds]) => sum + seconds, 0)
  return { ...round, cpuPer1000, cpuByRole: Object.fromEntries(per1000) }
}

const kilobytes = (pid) => {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Resident memory in MiB, by process. */
export const residentMemory = (roots) =>
  familyOf(roots).map(({ pid }) => ({
    pid,
    command: nameOf(pid),
    mib: Math.round(kilobytes(pid) / 1024),
  }))
