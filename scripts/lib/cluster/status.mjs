import { readFileSync } from 'node:fs'
import { isAlive } from '../machine/processes.mjs'
import { readRun, starterIsAlive } from '../shop/run-file.mjs'
import { Fault } from '../terminal/fault.mjs'
import { podProcesses } from './control-groups.mjs'
import { kubectl } from './kubectl.mjs'
import { clusterHome, doors } from './layout.mjs'
import { publicUrl } from './shop/place.mjs'

/** @throws Fault when no cluster of this checkout runs */
export const requireRunning = () => {
  const run = readRun(clusterHome)
  if (run?.node) return run
  throw new Fault('No cluster of this checkout runs', { advice: 'Start it: npm run cluster -- up' })
}

/** What a process has of the machine's memory, what it shares counted in parts. Bytes. */
const memoryOf = (pid) => {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    return Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024
  } catch {
    return 0 // it has ended meanwhile
  }
}

const mebibytes = (pids) =>
  `${Math.round(pids.map(memoryOf).reduce((sum, each) => sum + each, 0) / 2 ** 20)} MiB`

const isReady = ({ status }) =>
  status.phase === 'Succeeded' ||
  (status.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')

const restartsOf = ({ status }) =>
  [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])]
    .map(({ restartCount }) => restartCount)
    .reduce((sum, count) => sum + count, 0)

const podLine = (pod) => {
  const { name, namespace } = pod.metadata
  const restarts = restartsOf(pod)
  const state = isReady(pod) ? 'ready' : `NOT READY (${pod.status.phase})`
  return `  ${namespace.padEnd(24)} ${name.padEnd(36)} ${state}${restarts > 0 ? `, ${restarts} restarts` : ''}`
}

const podsOf = async () => {
  try {
    const { items } = await kubectl.get(['pods', '--all-namespaces'], { timeoutMs: 20_000 })
    const going = items.filter(({ metadata }) => !metadata.deletionTimestamp)
    return { pods: going, faults: going.filter((pod) => !isReady(pod)).map(podLine) }
  } catch (error) {
    return { pods: [], faults: [`the API server does not answer: ${error.message}`] }
  }
}

const describe = async (run) => {
  const programs = Object.entries(run.processes)
  const dead = programs.filter(([, each]) => !each || !isAlive(each)).map(([name]) => name)
  const { pods, faults } = await podsOf()
  const alive = programs.map(([, each]) => each?.pid).filter(Boolean)
  const lines = [
    run.ready ? `The cluster is up since ${run.ready}: ${publicUrl}` : 'The cluster is not whole.',
    `traces http://127.0.0.1:${doors.zipkin}; memory: ${mebibytes(alive)} its programs, ${mebibytes(podProcesses())} the pods`,
    ...dead.map((name) => `  ${name} is dead`),
    ...pods.map(podLine),
    ...(pods.length === 0 ? faults : []),
  ]
  const isWell = run.ready && dead.length === 0 && faults.length === 0
  return { text: lines.join('\n'), code: isWell ? 0 : 1 }
}

/** What runs: `{ text, code }`, the code 0 when all of it does, 1 when something does not, 3 when there is nothing. */
export const clusterStatus = async () => {
  const run = readRun(clusterHome)
  if (!run) return { text: 'No cluster of this checkout runs.', code: 3 }
  if (Object.values(run.processes).some((each) => each && isAlive(each))) {
    if (run.node) return describe(run)
  }
  return starterIsAlive(run)
    ? { text: `The cluster is being started by process ${run.starter.pid}.`, code: 1 }
    : {
        text: 'A start was broken off: "npm run cluster -- up" begins anew, "down" clears away.',
        code: 1,
      }
}
