import { existsSync, mkdirSync, readdirSync, readlinkSync, rmdirSync } from 'node:fs'
import path from 'node:path'
import { readJson, writePrivate } from '../shop/secrets.mjs'
import { runCommand } from '../machine/run-command.mjs'
import { findProgram } from '../machine/programs.mjs'
import { spawnServer, waitFor } from '../stores/servers.mjs'
import { at, logDir, node } from './layout.mjs'

/**
 * Folders that container programs use whatever they are told. Inside of the cluster's own mount namespace each is a folder
 * of the cluster's; what this machine has there stays as it is, and unseen.
 */
const fixed = [
  '/run/containerd',
  '/var/lib/cni',
  '/var/lib/kubelet',
  '/var/log/containers',
  '/var/log/pods',
]

const claimsFile = () => at('claims.json')

/** What a bind mount needs to be there. @returns the folders made for it, outermost first */
const claim = (folder) => {
  if (existsSync(folder)) return []
  const made = claim(path.dirname(folder))
  mkdirSync(folder)
  return [...made, folder]
}

/** Removes the empty folders that a cluster had to make outside of its own. */
export const releaseFolders = () => {
  const { folders = [] } = readJson(claimsFile())
  for (const folder of folders.toReversed()) {
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder)
  }
}

/** A program's words that run it inside of the cluster's namespaces; it keeps its pid. */
export const inside = (holder, program, args) => [
  findProgram('nsenter'),
  ['--target', String(holder.pid), '--net', '--mount', '--', program, ...args],
]

// Not in `ip netns`: that would remount /sys, and kubelet would see no control groups.
const networkScript = `
ip link set lo up
ip link add node0 type veth peer name node1
ip addr add ${node.address}/24 dev node0
ip link set node0 up
ip link set node1 up
ip route add default via ${node.address}
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables
echo 30000 > /proc/sys/net/ipv4/neigh/default/gc_thresh3 2>/dev/null || true
`

const mountScript = () =>
  fixed.map((folder) => `mount --bind '${at('fixed', folder)}' '${folder}'`).join('\n')

const networkOf = (pid) => readlinkSync(`/proc/${pid}/ns/net`)

/**
 * Opens the namespaces of network and mounts that all of the cluster runs in: nothing in them reaches another machine, and
 * their mounts end with their last process.
 * @returns the process that holds them open
 */
export const openNamespaces = async (run) => {
  const folders = fixed.flatMap(claim)
  writePrivate(claimsFile(), { folders })
  for (const folder of fixed) mkdirSync(at('fixed', folder), { recursive: true })
  const args = ['--net', '--mount', '--', 'sleep', 'infinity']
  const log = path.join(logDir, 'namespaces.log')
  const server = spawnServer('namespaces', findProgram('unshare'), args, { run, log })
  const holder = run.processes.namespaces
  await waitFor('the namespaces', server, async () => {
    if (networkOf(holder.pid) === networkOf('self')) throw new Error('not yet')
  })
  const script = `set -e\n${networkScript}\n${mountScript()}`
  const [nsenter, words] = inside(holder, '/bin/sh', ['-c', script])
  await runCommand(nsenter, words, { log, what: "Opening the cluster's namespaces" })
  return holder
}
