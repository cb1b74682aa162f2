import path from 'node:path'
import { shopHome } from '../machine/paths.mjs'

/** Where the cluster of this checkout lives while it runs; `down` removes it. */
export const clusterHome = path.join(shopHome, 'cluster')

/** Below the cluster's folder. */
export const at = (...names) => path.join(clusterHome, ...names)

export const logDir = path.join(shopHome, 'log', 'cluster')

/** The one node. Its address is of a range for documentation (RFC 5737): it cannot be anybody's. */
export const node = { name: 'micromart', address: '192.0.2.10' }

/** Networks inside of the cluster's own network namespace. */
export const networks = {
  services: '10.96.0.0/16',
  apiServer: '10.96.0.1',
  dns: '10.96.0.10',
  pods: '10.88.0.0/24',
  gateway: '10.88.0.1',
  domain: 'cluster.local',
}

/** Where this machine reaches the cluster: on its loopback alone. */
export const doors = { api: 9643, edge: 9443, zipkin: 9412 }

/** The kubeconfig that works from this machine, outside of the namespace. */
export const kubeconfig = at('kubeconfig')

/** How the cluster is called in it. */
export const ownContext = 'micromart'
