import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sidecarEnvironment, writeEnvironments } from '../../../scripts/lib/dapr/environments.mjs'
import { daprEnvironment } from '../../../scripts/lib/dapr/run.mjs'
import { root } from '../../../scripts/lib/machine/paths.mjs'
import { allEnded, identify, sendSignal } from '../../../scripts/lib/machine/processes.mjs'
import { spawnServer } from '../../../scripts/lib/stores/servers.mjs'
import { furnishApp } from './layout.mjs'
import { appEnvironment, sidecarArguments } from './programs.mjs'

const restartPauseMs = 500

/**
 * The apps and sidecars of a run, started one by one as `dapr run -f` would: its CLI doesn't bring back a dead sidecar, this
 * does. Apps run under the shop's own restarter.
 * @param lent what `writeEnvironments` takes
 * @param tell is called when a sidecar ends that nobody has ended
 */
export const startApps = ({ layout, daprd, lent, logDir, run, tell }) => {
  const { home, apps } = layout
  const environments = writeEnvironments(path.join(home, 'run', 'env'), lent)
  const base = daprEnvironment({ home, runtimePath: home, environments, logDir })
  const expected = new Set()
  let stopping = false

  const startSidecar = (app, components) => {
    const name = `${app.appID}-sidecar`
    const server = spawnServer(name, daprd, sidecarArguments(layout, app, components), {
      run,
      cwd: home,
      log: path.join(logDir, `${name}.log`),
      env: { ...base, ...sidecarEnvironment(app.appID, lent), DAPR_HOST_IP: app.announced },
    })
    server.child.on('exit', async (code, signal) => {
      if (stopping) return
      if (!expected.delete(name)) tell(`${name} ended by itself: ${signal ?? `code ${code}`}`)
      await sleep(restartPauseMs)
      if (!stopping) startSidecar(app, components)
    })
  }

  /** The run file names this checkout's own files. */
  const commandIn = (folder, { command }) =>
    command
      .slice(1)
      .map((word) => (word.startsWith(root) ? folder + word.slice(root.length) : word))

  const startApp = (app, { env = {}, folder = root } = {}) =>
    spawnServer(`${app.appID}-restarter`, process.execPath, commandIn(folder, app), {
      run,
      cwd: folder,
      log: path.join(logDir, `${app.appID}-restarter.log`),
      env: { ...base, ...appEnvironment(layout, app), ...env },
    })

  for (const app of apps) {
    startSidecar(app, furnishApp(layout, app.appID))
    startApp(app)
  }

  const stateOf = (appID) =>
    JSON.parse(readFileSync(path.join(home, 'run', 'apps', `${appID}.json`), 'utf8'))

  /** The living process of an app, a sidecar or a store. */
  const processOf = (target) => {
    if (run.processes[target]) return run.processes[target]
    return identify(stateOf(target).pid)
  }

  const halt = async (appID) => {
    const restarter = run.processes[`${appID}-restarter`]
    sendSignal(restarter, 'SIGTERM')
    if (!(await allEnded([restarter], 15_000))) sendSignal(restarter, 'SIGKILL')
  }

  const appNamed = (appID) => apps.find((app) => app.appID === appID)

  return {
    processOf,
    stop: () => (stopping = true),
    /** Ends an app gracefully; `renew` brings it back. */
    halt,
    signal: (target, signal) => {
      if (signal === 'SIGKILL') expected.add(target)
      const found = processOf(target)
      if (found) sendSignal(found, signal)
      return found !== undefined
    },
    /** Ends an app gracefully and starts it anew: with other variables, or from another checkout, when given. */
    renew: async (appID, changed) => {
      await halt(appID)
      startApp(appNamed(appID), changed)
    },
  }
}
