/** What the objects in a cluster are called, for those that make them and those that look for them. Needs Node 24. */
import { apps } from '@micromart/contracts'
import { secretsOf } from '@micromart/contracts/rights'
import { scopesOf } from '../scopes.mjs'

/** What a shop is in a cluster. The simulated payment provider runs outside of it, as a real one would, and without a sidecar. */
export const services = Object.values(apps).filter((app) => app !== apps.provider)

/** Who they are, in certificates of sidecars and in access lists: spiffe://<trust domain>/ns/<namespace>/<app>. */
export const trustDomain = 'micromart'

/** Stands in the base for the namespace of an overlay. */
export const anyNamespace = 'micromart'

export const ports = {
  rpc: 7100,
  http: 7200,
  publicPlain: 8080,
  publicTls: 8443,
  sidecars: 50002,
}

/** Where in a pod things lie. */
export const places = {
  ca: '/run/micromart/ca',
  secrets: '/run/micromart/secrets',
  certificate: '/run/micromart/tls',
}

export const label = {
  app: 'app.kubernetes.io/name',
  mysql: 'micromart.example/mysql',
  redis: 'micromart.example/redis',
}

/** Secrets of one app: what its sidecar reads out of a file, and the two tokens between them. */
export const secretNames = (app) => ({
  file: `${app}-secrets`,
  sidecarToken: `${app}-sidecar-token`,
  appToken: `${app}-app-token`,
})

const redisOfSidecars = ['redis-host', 'redis-username', 'redis-password', 'redis-db', 'redis-tls']

const sidecarUsesRedis = (app) => ['pubsub', 'state'].some((name) => scopesOf[name].includes(app))

/** The secrets that an app's file holds: those that the app reads, and those of the components that its sidecar loads. */
export const secretsInFile = (app) =>
  [...secretsOf[app], ...(sidecarUsesRedis(app) ? redisOfSidecars : [])].toSorted()

export const usesMysql = (app) => secretsOf[app].some((name) => name.startsWith('mysql-'))

export const usesRedis = (app) => sidecarUsesRedis(app) || secretsOf[app].includes('redis-gateway')
