import path from 'node:path'
import { existsSync, readdirSync } from 'node:fs'
import {
  allEnded,
  commandOf,
  identify,
  isAlive,
  processesOf,
  sendSignal,
  terminate,
} from '../machine/processes.mjs'
import { leftOf } from './run-file.mjs'
import { readJson } from './secrets.mjs'

/** Each app's restarter, as far as it is one of this run. */
const restarters = (home, runId) => {
  const folder = path.join(home, 'run', 'apps')
  if (!existsSync(folder)) return []
  const ours = processesOf(runId)
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({
      app: path.basename(name, '.json'),
      pid: readJson(path.join(folder, name)).restarter,
    }))
    .map(({ app, pid }) => ({ app, ...identify(pid) }))
    .filter(({ pid }) => ours.some((each) => each.pid === pid))
}

const sidecars = (runId) =>
  processesOf(runId).filter(({ pid }) => path.basename(commandOf(pid)[0] ?? '').startsWith('daprd'))

/**
 * Stops all of a run in good order: the gateway, which finishes its answers; the services, while their sidecars
 * still carry calls; the sidecars; the CLI, which would have killed all of them at once; the stores.
 * What is left after its time is killed.
 */
export const stopProcesses = async (run, home, tell = () => {}) => {
  const end = async (what, processes, limitMs) => {
    if (processes.some(isAlive)) tell(what)
    await terminate(processes, limitMs)
  }
  const apps = restarters(home, run.runId)
  const gateway = apps.filter(({ app }) => app === 'gateway')
  await end('the gateway', gateway, 6000)
  await end('the services', apps, 12_000)
  await end('the sidecars', sidecars(run.runId), 5000)
  const { dapr, ...others } = run.processes
  if (dapr && isAlive(dapr)) {
    sendSignal(dapr, 'SIGTERM')
    await allEnded([dapr], 5000)
  }
  await end('the stores', Object.values(others).filter(Boolean), 20_000)
  await terminate(leftOf(run), 2000)
}

/** Ends everything at once, for a second Ctrl-C. */
export const killProcesses = (run) => {
  for (const each of leftOf(run)) sendSignal(each, 'SIGKILL')
}
