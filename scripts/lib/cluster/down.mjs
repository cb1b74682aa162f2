import { allEnded, sendSignal } from '../machine/processes.mjs'
import { readRun, starterIsAlive } from '../shop/run-file.mjs'
import { Fault } from '../terminal/fault.mjs'
import { clusterHome } from './layout.mjs'
import { isLinuxRoot, requireLinuxRoot } from './requirements.mjs'
import { stopCluster } from './stop.mjs'

/** An `up` that is still at it would start anew what is ended here. */
const endStarter = async () => {
  const run = readRun(clusterHome)
  if (!run || run.ready || !starterIsAlive(run)) return
  sendSignal(run.starter, 'SIGTERM')
  if (await allEnded([run.starter], 10_000)) return
  throw new Fault(`Process ${run.starter.pid}, which starts the cluster, does not end`, {
    advice: `End it by "kill -9 ${run.starter.pid}", then run this again.`,
  })
}

/** Ends the cluster, whole or half started, and removes all that it had. @returns whether there was one */
export const down = async (say) => {
  if (!readRun(clusterHome) && !isLinuxRoot()) return false
  requireLinuxRoot()
  await endStarter()
  return stopCluster((what) => say.line(`  ending ${what}`))
}
