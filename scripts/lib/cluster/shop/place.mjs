import path from 'node:path'
import { doors } from '../layout.mjs'

/** Namespaces of overlays/local. */
export const namespaces = {
  shop: 'micromart-local',
  stores: 'micromart-stores',
  provider: 'micromart-provider',
  edge: 'micromart-edge',
  data: 'micromart-data',
  traces: 'micromart-observability',
}

/** What the shop's public address is, in its tokens, too (overlays/local). */
export const publicUrl = `https://localhost:${doors.edge}`

/** Hosts of the servers' certificates: by which name each is called from elsewhere in the cluster, and from this machine. */
export const servers = {
  edge: [
    'edge.micromart-edge',
    'localhost',
    '127.0.0.1',
    // A rehearsal of production calls it by production's names.
    'shop.micromart.example',
    'preview.micromart.example',
  ],
  gateway: ['gateway', 'localhost'],
  mariadb: ['mariadb.micromart-stores', 'localhost'],
  redis: ['redis.micromart-stores', 'localhost'],
  provider: ['provider.micromart-provider', 'localhost', '127.0.0.1'],
}

export const certificatesIn = (home) => path.join(home, 'certs')

/** Where pods find the root that they believe. */
export const caInPods = '/run/micromart/ca/ca.crt'

/** Who its apps are, before their names: the trust domain is that of scripts/resources/kubernetes/names.mjs. */
export const spiffePrefix = `spiffe://micromart/ns/${namespaces.shop}/`
