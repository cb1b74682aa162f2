import { rmSync } from 'node:fs'
import { allEnded, identify, sendSignal, terminate } from '../machine/processes.mjs'
import { leftOf, readRun } from '../shop/run-file.mjs'
import { podProcesses, removeControlGroup } from './control-groups.mjs'
import { clusterHome } from './layout.mjs'
import { releaseFolders } from './namespaces.mjs'

const named = (run, ...names) => names.map((name) => run.processes[name]).filter(Boolean)

/** Pods have no stores worth a slow end: their node is going, and its data with it. */
const killPods = async () => {
  for (;;) {
    const pods = podProcesses().map(identify).filter(Boolean)
    if (pods.length === 0) return
    for (const each of pods) sendSignal(each, 'SIGKILL')
    await allEnded(pods, 5000)
  }
}

/**
 * Ends a cluster and removes all that it had: what would start pods anew first, then the pods, then the rest. Only processes
 * that are written down, carry the run's mark or run in its control group.
 * @returns whether there was one
 */
export const stopCluster = async (tell = () => {}) => {
  const run = readRun(clusterHome)
  if (run) {
    tell('the node')
    await terminate(named(run, 'kubelet', 'kube-proxy', 'kube-router'), 10_000)
    tell('the pods')
    await killPods()
    tell('the control plane')
    const { namespaces, ...others } = run.processes
    await terminate(Object.values(others).filter(Boolean), 10_000)
    await terminate(leftOf({ ...run, starter: identify(process.pid) }), 5000)
    if (namespaces) await terminate([namespaces], 5000)
  }
  removeControlGroup()
  releaseFolders()
  rmSync(clusterHome, { recursive: true, force: true })
  return run !== undefined
}
