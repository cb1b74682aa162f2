import { identify, isAlive } from '../machine/processes.mjs'
import { isListening } from '../machine/ports.mjs'
import { fullOf, lossesOf } from '../stores/streams.mjs'
import { appState, notReady } from './ready.mjs'
import { leftOf, starterIsAlive } from './run-file.mjs'

const appOf = async (app, { ports, home }, unready) => {
  const { pid, starts } = appState(home, app)
  return {
    app,
    pid,
    starts,
    alive: identify(pid) !== undefined,
    ready: !unready.includes(app),
    sidecar: await isListening(ports[app].daprHttp),
  }
}

const storeOf = ([name, each]) => ({
  name,
  pid: each?.pid,
  alive: Boolean(each) && isAlive(each),
})

const appFaults = ({ app, alive, ready, sidecar }) => [
  ...(alive ? [] : [`${app} is dead`]),
  ...(ready ? [] : [`${app} is not ready`]),
  ...(sidecar ? [] : [`the sidecar of ${app} is dead`]),
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

const nothing = { apps: [], stores: [], streams: [], faults: [], notes: [] }

/**
 * What a shop is doing.
 * @param run of `readRun`
 * @returns `{ state, since, url, secure, zeroTrust, left, apps, stores, streams, faults, notes }`: `state` is stopped, abandoned (the starter is gone and
 *   left `left` processes), starting, prepared or open; `faults` are texts of what is wrong, `notes` of what may go wrong
 */
export const statusOf = async (run) => {
  if (!run) return { state: 'stopped', ...nothing }
  if (!starterIsAlive(run)) return { state: 'abandoned', left: leftOf(run).length, ...nothing }
  const unready = run.ports ? await notReady(run.ports) : []
  const names = Object.keys(run.ports ?? {})
  const apps = await Promise.all(names.map((app) => appOf(app, run, unready)))
  const stores = Object.entries(run.processes).map(storeOf)
  const { streams, faults } = await streamsOf(run)
  const dead = stores.filter(({ alive }) => !alive).map(({ name }) => `${name} is dead`)
  return {
    state: stateOf(run),
    since: run.ready,
    url: run.ports && `http://127.0.0.1:${run.ports.gateway.public}`,
    secure: run.ports && `https://127.0.0.1:${run.ports.gateway.publicTls}`,
    zeroTrust: 'sentry' in run.processes,
    apps,
    stores,
    streams,
    faults: [...apps.flatMap(appFaults), ...dead, ...faults],
    notes: fullOf(streams),
  }
}
