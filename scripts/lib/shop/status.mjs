import { identify, isAlive } from '../machine/processes.mjs'
import { fullOf, lossesOf } from '../stores/streams.mjs'
import { appState, readinessAt } from './ready.mjs'
import { leftOf, starterIsAlive } from './run-file.mjs'
import { workOf } from './work.mjs'

/** A sidecar that hangs still listens: it is asked. */
const canCall = (port) =>
  fetch(`http://127.0.0.1:${port}/v1.0/healthz/outbound`, { signal: AbortSignal.timeout(2_000) })
    .then(({ status }) => status === 204)
    .catch(() => false)

const appOf = async (app, { ports, home }) => {
  const { pid, starts } = appState(home, app)
  const { ready, checks } = await readinessAt(ports[app].http)
  return {
    app,
    pid,
    starts,
    alive: identify(pid) !== undefined,
    ready,
    checks,
    sidecar: await canCall(ports[app].daprHttp),
  }
}

const storeOf = ([name, each]) => ({
  name,
  pid: each?.pid,
  alive: Boolean(each) && isAlive(each),
})

const reasonsOf = (checks) =>
  Object.entries(checks)
    .filter(([, said]) => said !== 'ok')
    .map(([check, said]) => `${check} ${said}`)
    .join(', ')

const appFaults = ({ app, alive, ready, checks, sidecar }) => [
  ...(alive ? [] : [`${app} is dead`]),
  ...(ready ? [] : [`${app} is not ready: ${reasonsOf(checks)}`]),
  ...(sidecar ? [] : [`the sidecar of ${app} does not answer`]),
]

/** The streams, or why they cannot be read: a shop that is only starting has neither secrets nor streams yet. */
const streamsOf = async ({ home, ready }) => {
  if (!ready) return { streams: [], faults: [] }
  try {
    const { shopStreams } = await import('./shop-streams.mjs')
    const streams = await shopStreams(home)
    return { streams, faults: lossesOf(streams) }
  } catch (error) {
    return { streams: [], faults: [`the streams cannot be read: ${error.message}`] }
  }
}

const stateOf = ({ ready, prepared }) => {
  if (ready) return 'open'
  return prepared ? 'prepared' : 'starting'
}

const noWork = { rows: [], books: null, faults: [], notes: [] }
const nothing = { apps: [], stores: [], streams: [], work: noWork, faults: [], notes: [] }

/**
 * What a shop is doing.
 * @param run of `readRun`
 * @returns `{ state, since, url, secure, traces, zeroTrust, left, apps, stores, streams, work, faults, notes }`: `state` is stopped, abandoned (the
 *   starter is gone and left `left` processes), starting, prepared or open; `work` is that of `workIn`; `faults` are texts of what is wrong, `notes` of
 *   what may go wrong
 */
export const statusOf = async (run) => {
  if (!run) return { state: 'stopped', ...nothing }
  if (!starterIsAlive(run)) return { state: 'abandoned', left: leftOf(run).length, ...nothing }
  const { ports = {} } = run
  const apps = await Promise.all(Object.keys(ports).map((app) => appOf(app, run)))
  const stores = Object.entries(run.processes).map(storeOf)
  const { streams, faults } = await streamsOf(run)
  const work = await workOf(ports)
  const dead = stores.filter(({ alive }) => !alive).map(({ name }) => `${name} is dead`)
  return {
    state: stateOf(run),
    since: run.ready,
    url: run.ports && `http://127.0.0.1:${run.ports.gateway.public}`,
    secure: run.ports && `https://127.0.0.1:${run.ports.gateway.publicTls}`,
    traces: run.traces,
    zeroTrust: 'sentry' in run.processes,
    apps,
    stores,
    streams,
    work,
    faults: [...apps.flatMap(appFaults), ...dead, ...faults, ...work.faults],
    notes: [...fullOf(streams), ...work.notes],
  }
}
