import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { portNear } from '../machine/ports.mjs'
import { identify, runMark } from '../machine/processes.mjs'
import { findProgram } from '../machine/programs.mjs'
import { openRun, readRun } from '../shop/run-file.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'
import { makeControlGroup } from './control-groups.mjs'
import { controlPlane } from './control-plane.mjs'
import { importArchive } from './images.mjs'
import { makeKeys } from './keys.mjs'
import { kubectl } from './kubectl.mjs'
import { at, clusterHome, doors, logDir, node, ownContext } from './layout.mjs'
import { inside, openNamespaces } from './namespaces.mjs'
import { configureNode, containerd, nodeServers } from './node.mjs'
import { grantFirewall } from './firewall.mjs'

/** As many as a machine may take that is busy with other things. */
const patienceMs = 300_000

const spawnInside = ({ name, file, args }, { run, holder }) => {
  const [nsenter, words] = inside(holder, file, args)
  return spawnServer(name, nsenter, words, { run, log: path.join(logDir, `${name}.log`) })
}

/**
 * A door from this machine's loopback into the namespace: two relays that meet at a socket in the file system, the only thing
 * that both sides see.
 * @param target `host:port` inside
 */
export const openDoor = (name, { port, target }, { run, holder }) => {
  const socket = at(`${name}.sock`)
  const log = path.join(logDir, `door-${name}.log`)
  const socat = findProgram('socat')
  const [nsenter, words] = inside(holder, socat, [
    `UNIX-LISTEN:${socket},fork,unlink-early`,
    `TCP:${target}`,
  ])
  spawnServer(`door-${name}-inside`, nsenter, words, { run, log })
  const outside = [`TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`, `UNIX-CONNECT:${socket}`]
  return spawnServer(`door-${name}`, socat, outside, { run, log })
}

const startControlPlane = async (context) => {
  const servers = controlPlane(context.files).map((each) => spawnInside(each, context))
  openDoor('api', { port: context.door, target: '127.0.0.1:6443' }, context)
  const api = servers.find(({ name }) => name === 'kube-apiserver')
  await waitFor('the API server', api, () => kubectl.ask(['get', '--raw', '/readyz']), patienceMs)
}

const nodeIsReady = async () => {
  const path = '{.status.conditions[?(@.type=="Ready")].status}'
  const status = await kubectl.ask(['get', 'node', node.name, '-o', `jsonpath=${path}`])
  if (status !== 'True') throw new Error('the node is not ready')
}

const startNode = async (context, pause) => {
  configureNode()
  const runtime = spawnInside(containerd(), context)
  await waitFor('containerd', runtime, () => importArchive(context.holder, pause), patienceMs)
  await grantFirewall()
  const [kubelet, ...others] = nodeServers(context.files)
  await waitFor('the node', spawnInside(kubelet, context), nodeIsReady, patienceMs)
  // kube-router ends when it finds no node of its name.
  for (const each of others) spawnInside(each, context)
}

/** Goes on with the cluster that runs: what is started now is written down with the rest. */
export const continueRun = () => {
  const { runId, ...facts } = readRun(clusterHome)
  process.env[runMark] = runId
  const run = openRun(clusterHome, runId)
  Object.assign(run.processes, facts.processes)
  run.note({ ...facts, starter: identify(process.pid), processes: run.processes, ready: undefined })
  return run
}

/**
 * Starts a control plane that has no node. What fails leaves a run that `stopCluster` ends.
 * @param files of `ensurePrograms`
 * @returns `{ run, files, holder }`
 */
export const startApi = async ({ files, say }) => {
  mkdirSync(clusterHome, { recursive: true, mode: 0o700 })
  mkdirSync(logDir, { recursive: true })
  const runId = randomBytes(8).toString('hex')
  process.env[runMark] = runId
  const run = openRun(clusterHome, runId)
  const door = await portNear(doors.api)
  await say.step('Keys of the cluster', { usually: '2 to 5 s' }, () => makeKeys(door))
  const context = { run, files, door, holder: await openNamespaces(run) }
  await say.step('Control plane', { usually: '8 to 20 s' }, () => startControlPlane(context))
  return context
}

/**
 * Starts an empty cluster. What fails leaves a run that `stopCluster` ends.
 * @param files of `ensurePrograms`
 * @param pause archive of the pods' first container
 * @returns the run
 */
export const startCluster = async ({ files, pause, say }) => {
  const context = await startApi({ files, say })
  const { run } = context
  makeControlGroup()
  await say.step('Node', { usually: '5 to 15 s' }, () => startNode(context, pause))
  run.note({ node: true, context: ownContext })
  return run
}
