import { existsSync, readFileSync } from 'node:fs'
import { canInstall, installPackages } from '../machine/apt.mjs'
import { freeSpace } from '../machine/checks-before.mjs'
import { root } from '../machine/paths.mjs'
import { findProgram } from '../machine/programs.mjs'
import { Fault } from '../terminal/fault.mjs'

/** Programs of the distribution, and the Debian package of each. */
const distribution = {
  etcd: 'etcd-server',
  containerd: 'containerd',
  runc: 'runc',
  ctr: 'containerd',
  iptables: 'iptables',
  ipset: 'ipset',
  conntrack: 'conntrack',
  socat: 'socat',
  nsenter: 'util-linux',
  ip: 'iproute2',
  tcpdump: 'tcpdump',
}

/** Debian keeps CNI's plugins where no PATH looks. */
export const cniPlugins = '/usr/lib/cni'

const missingPackages = () => {
  const absent = Object.entries(distribution).filter(([program]) => !findProgram(program))
  const plugins = existsSync(`${cniPlugins}/bridge`) ? [] : ['containernetworking-plugins']
  return [...new Set([...absent.map(([, name]) => name), ...plugins])]
}

const elsewhere =
  'In a cluster that you have (kind, k3d, a cloud) the same overlay runs: docs/cluster.md says how.'

const spaceNeeded = 12e9

/** Why no cluster can be started on this machine: texts, none when it can. */
export const hindrances = () => {
  if (process.platform !== 'linux') return ['a Kubernetes node needs Linux']
  const reasons = []
  if (process.getuid() !== 0) reasons.push('a Kubernetes node needs root')
  if (!existsSync('/proc/sys/net/bridge')) reasons.push('the kernel has no br_netfilter')
  if (!readFileSync('/proc/filesystems', 'utf8').includes('overlay')) {
    reasons.push('the kernel has no overlay file system')
  }
  const packages = missingPackages()
  if (packages.length > 0 && !canInstall()) reasons.push(`missing packages: ${packages.join(', ')}`)
  const free = freeSpace(root)
  if (free < spaceNeeded) {
    reasons.push(`${(free / 1e9).toFixed(0)} GB of disk are free, ${spaceNeeded / 1e9} are needed`)
  }
  return reasons
}

export const isLinuxRoot = () => process.platform === 'linux' && process.getuid() === 0

/** @throws Fault where no cluster of this checkout can be */
export const requireLinuxRoot = () => {
  if (isLinuxRoot()) return
  throw new Fault(
    'A Kubernetes node needs Linux and root: no cluster of this checkout can be here',
    {
      advice: elsewhere,
    },
  )
}

/** @throws Fault when no cluster can be started here */
export const requireHost = () => {
  const reasons = hindrances()
  if (reasons.length === 0) return
  throw new Fault(`No cluster can be started on this machine: ${reasons.join('; ')}`, {
    advice: elsewhere,
  })
}

/** Installs what the distribution has to give. */
export const ensurePackages = async (say, logDir) => {
  const packages = missingPackages()
  if (packages.length > 0) await installPackages(packages, say, logDir)
}
