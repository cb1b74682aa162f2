import { mkdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'
import { writeEnvironments } from './environments.mjs'
import { writeRuntime } from './runtime.mjs'
import { cacheDir } from '../machine/paths.mjs'
import { spawnServer } from '../stores/servers.mjs'
import { traceVariables } from './trace-variables.mjs'

/**
 * Tuning of the sidecars: seven of them share the cores with everything else. With a processor of Go's for each of two cores they
 * spend a tenth of their time on handing work from one to the other.
 */
const sidecarTuning = () => ({
  GOMAXPROCS: String(Math.max(1, Math.floor(availableParallelism() / 4))),
  GOGC: '200',
})

/**
 * Compiled code and stripped types are kept from one start to the next: an app starts in half the time and, as it never
 * loads the compiler of types, holds some 25 MB less.
 */
const appTuning = () => ({
  NODE_COMPILE_CACHE: path.join(cacheDir(), 'compiled'),
  MALLOC_ARENA_MAX: '2', // glibc's one arena a thread keeps some 20 MB of holes
})

/**
 * What the sidecars and the CLI need in their environment; `env` in dapr.yaml reaches the apps only.
 * docs/running.md names the same for a start by hand.
 * @param environments folder of `writeEnvironments`: what is not for all of them
 * @param traces of `startTraces`; none without
 */
export const daprEnvironment = ({ home, runtimePath, environments, logDir, traces = {} }) => ({
  ...process.env,
  ...sidecarTuning(),
  ...appTuning(),
  DAPR_RUNTIME_PATH: runtimePath,
  DAPR_HOST_IP: '127.0.0.1',
  MICROMART_APP_ENV_DIR: environments,
  ...traceVariables(traces),
  MICROMART_LOG_DIR: logDir,
  MICROMART_APPS_DIR: path.join(home, 'run', 'apps'),
})

/** What must be exported before a `dapr run -f dapr.yaml` by hand. */
export const variablesByHand = [
  'DAPR_RUNTIME_PATH',
  'DAPR_HOST_IP',
  'MICROMART_APP_ENV_DIR',
  ...Object.keys(traceVariables({})),
]

/** Writes what sidecars and apps find in the shop's folder, and answers the environment that leads there. */
export const prepareDapr = ({ home, daprd, logDir, traces, ...lent }) => {
  const folder = path.join(home, 'run')
  const environments = writeEnvironments(path.join(folder, 'env'), lent)
  const runtimePath = writeRuntime(path.join(folder, 'dapr'), daprd, environments)
  return daprEnvironment({ home, runtimePath, environments, logDir, traces })
}

/**
 * Starts `dapr run -f`.
 * @param lent what `writeEnvironments` takes
 */
export const startDapr = ({ cli, daprd, file, cwd, home, logDir, traces, run, ...lent }) => {
  const apps = path.join(home, 'run', 'apps')
  rmSync(apps, { recursive: true, force: true })
  mkdirSync(apps, { recursive: true })
  const env = prepareDapr({ home, daprd, logDir, traces, ...lent })
  return spawnServer('dapr', cli, ['run', '-f', file], {
    run,
    cwd,
    env,
    log: path.join(logDir, 'dapr.log'),
  })
}
