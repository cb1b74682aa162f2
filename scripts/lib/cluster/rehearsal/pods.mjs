import { setTimeout as pause } from 'node:timers/promises'
import { podProcesses } from '../control-groups.mjs'
import { kubectl } from '../kubectl.mjs'

const patienceMs = 180_000

/** Asks until the answer is true. */
const until = async (what, isSo) => {
  const end = Date.now() + patienceMs
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what}: not within ${patienceMs / 1000} s`)
    await pause(500)
  }
}

/** Waits until a namespace has no pods. */
export const emptied = (namespace) =>
  until(`${namespace} without pods`, async () => {
    const { items } = await kubectl.get(['pods', '--namespace', namespace])
    return items.length === 0
  })

const isReady = ({ metadata, status }) =>
  !metadata.deletionTimestamp &&
  status.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True')

const restartsOf = ({ status }) => status.containerStatuses?.[0]?.restartCount ?? 0

/**
 * Ends every process of a pod at once, as a machine does that runs out of memory.
 * @returns `{ pod, processes, back() }`: `back` waits until it runs again, or another in its place
 */
export const killPod = async (namespace, app) => {
  const where = ['pods', '--namespace', namespace, '--selector', `app.kubernetes.io/name=${app}`]
  const pods = async () => (await kubectl.get(where)).items
  const ready = (await pods()).filter(isReady)
  const [victim] = ready
  if (!victim) throw new Error(`${namespace} has no pod of ${app} to be killed`)
  const { name, uid } = victim.metadata
  const pids = podProcesses(uid)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  const isBack = async () => {
    const now = await pods()
    const same = now.find(({ metadata }) => metadata.uid === uid)
    const isAnother = !same || restartsOf(same) > restartsOf(victim)
    return isAnother && now.filter(isReady).length >= Math.min(ready.length, now.length)
  }
  return { pod: name, processes: pids.length, back: () => until(`${name} again`, isBack) }
}
