import { rmSync } from 'node:fs'
import path from 'node:path'
import { rootFile } from '../../certificates/certificates.mjs'
import { demoAccounts } from '../../shop/demo-accounts.mjs'
import { readRun } from '../../shop/run-file.mjs'
import { keysOf, secretsFor, writePrivate } from '../../shop/secrets.mjs'
import { accountsFor } from '../../stores/databases.mjs'
import { createRedisAccounts } from '../../stores/redis-accounts.mjs'
import { withForwarded } from '../forward.mjs'
import { kubectl } from '../kubectl.mjs'
import { at, clusterHome, doors, networks } from '../layout.mjs'
import { inside } from '../namespaces.mjs'
import { certificatesIn, namespaces, publicUrl, spiffePrefix } from '../shop/place.mjs'
import { withStores } from '../shop/deploy.mjs'

const services = ['gateway', 'product', 'user', 'cart', 'order', 'payment']

/** Of a pod with a sidecar; all but `http` and `metrics` listen on its own loopback alone. */
const servicePorts = { app: 7100, http: 7200, daprHttp: 3500, daprGrpc: 50001, metrics: 9090 }

const { app: _, ...gatewayPorts } = servicePorts

const targets = () => ({
  ...Object.fromEntries(
    services.map((name) => [
      name,
      {
        namespace: namespaces.shop,
        target: `deployment/${name}`,
        ports: name === 'gateway' ? gatewayPorts : servicePorts,
      },
    ]),
  ),
  provider: {
    namespace: namespaces.provider,
    target: 'deployment/provider',
    ports: { http: 7200, tls: 7207 },
  },
})

/** Where the node keeps the folder of the mails: a volume of the pod that sends them. */
const mailbox = async () => {
  const label = 'app.kubernetes.io/name=user'
  const { items } = await kubectl.get(['pods', '--namespace', namespaces.shop, '--selector', label])
  const { uid } = items.find(({ metadata }) => !metadata.deletionTimestamp).metadata
  const volume = path.join('pods', uid, 'volumes/kubernetes.io~empty-dir/mailbox')
  return path.join(at('fixed', '/var/lib/kubelet'), volume)
}

/** Where the node keeps what the pods of the shop say, as patterns. */
const podLogs = () =>
  [namespaces.shop, namespaces.provider, namespaces.data].map((name) =>
    path.join(at('fixed', '/var/log/pods'), `${name}_*`, '**', '*.log'),
  )

const insideWords = () => {
  const [nsenter, words] = inside(readRun(clusterHome).processes.namespaces, '', [])
  return [nsenter, ...words.filter(Boolean)]
}

/** The shop's secrets with addresses that work on this machine. */
export const secretsHere = async (home, { mysqlUrl, redisUrl, say }) => {
  const keys = keysOf(home)
  const redis = await createRedisAccounts({ redisUrl, keys, say })
  return secretsFor({ keys, accounts: accountsFor(), redis: { ...redis, url: redisUrl }, mysqlUrl })
}

const factsOf = async (home, { mysqlUrl, redisUrl, ports, secrets }) => ({
  gateway: publicUrl,
  secure: publicUrl,
  zeroTrust: true,
  tls: true,
  identities: spiffePrefix,
  accounts: demoAccounts(home),
  ports,
  mysql: mysqlUrl,
  redis: redisUrl,
  secrets,
  certificates: certificatesIn(home),
  mailbox: await mailbox(),
  address: networks.gateway, // whoever comes by a door comes from the node
  logs: podLogs(),
  zipkin: `http://127.0.0.1:${doors.zipkin}`,
  cluster: { kubectl: [kubectl.file, ...kubectl.where], inside: insideWords(), namespaces },
})

/**
 * Describes the shop in the cluster as the end-to-end tests want it, with ports of this machine that lead into its pods as long
 * as `work` lasts.
 * @param work given the environment of the tests
 */
export const withShopFile = (home, say, work) =>
  withForwarded(kubectl, targets(), (ports) =>
    withStores(kubectl, home, async ({ mysqlUrl, redisUrl }) => {
      const secrets = path.join(home, 'secrets.json') // where a local shop has it, beside keys.json
      const file = path.join(home, 'shop.json')
      const ca = rootFile(certificatesIn(home))
      try {
        writePrivate(secrets, await secretsHere(home, { mysqlUrl, redisUrl, say }))
        writePrivate(file, await factsOf(home, { mysqlUrl, redisUrl, ports, secrets }))
        return await work({ MICROMART_E2E: file, NODE_EXTRA_CA_CERTS: ca, CURL_CA_BUNDLE: ca })
      } finally {
        for (const each of [secrets, file]) rmSync(each, { force: true }) // their ports are gone
      }
    }),
  )
