import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../../scripts/lib/machine/ports.mjs'
import { renderShop, portsNeeded } from '../../../scripts/lib/shop/render.mjs'
import { readRunFile } from '../../../scripts/lib/shop/run-file-yaml.mjs'
import { readJson, writePrivate } from '../../../scripts/lib/shop/secrets.mjs'

/** Chaos is no client that limits should slow; a minute of redelivery would look like loss for a minute. */
const environment = {
  RATE_READS_PER_MINUTE: '100000000',
  RATE_LOGINS_PER_MINUTE: '100000000',
  RATE_TOKENS_PER_MINUTE: '100000000',
  RATE_CHECKOUTS_PER_MINUTE: '100000000',
  RATE_WRITES_PER_MINUTE: '100000000',
  TRACE_RATIO: '0',
  TRACE_CHECKOUT_RATIO: '0',
  PROVIDER_ACTION_SECONDS: '10',
  LOG_LEVEL: 'warn',
}

const pubsub = { redeliverInterval: '2s', processingTimeout: '30s' }

const loopback = '127.0.0.1'

/** Each sidecar says to the others that it lives at an address of its own, where its proxy listens. */
const announced = (index) => `127.0.1.${index + 1}`

/** Where it really listens: on plain 127.0.0.1 daprd would announce just that. */
const listening = (index) => `127.0.2.${index + 1}`

/** Apps whose events are published step by step: the relay's calls to their own sidecar can be held. */
const publishers = ['order', 'payment']

const edgesOf = ({ apps, ports, extra, trapped }) => {
  const edge = (name, target, { protocol = 'tcp', listen, at = loopback } = {}) => ({
    name,
    listen: listen ?? { host: loopback, port: extra.pop() },
    target: { host: at, port: target },
    protocol,
  })
  const calls = trapped ? 'http2' : 'tcp'
  const requests = trapped ? 'http1' : 'tcp'
  const edges = apps.flatMap(({ appID, internal, announced: host, listening: real }) => {
    const own = ports[appID]
    const served = own.app && appID !== 'gateway'
    return [
      edge(`${appID}-out`, own.daprGrpc, {
        protocol: publishers.includes(appID) ? calls : 'tcp',
      }),
      ...(served ? [edge(`${appID}-in`, own.app, { protocol: calls })] : []),
      edge(`${appID}-net`, internal, { listen: { host, port: internal }, at: real }),
    ]
  })
  const provider = edge('provider', ports.provider.http, { protocol: requests })
  const webhook = edge('webhook', ports.gateway.public, { protocol: requests })
  return [...edges, provider, webhook, edge('public', ports.gateway.public)]
}

const storeEdges = ({ extra, mysqlPort, redisPort }) => {
  const edge = (name, target) => ({
    name,
    listen: { host: loopback, port: extra.pop() },
    target: { host: loopback, port: target },
    protocol: 'tcp',
  })
  return [
    ...['product', 'user', 'order', 'payment', 'provider'].map((app) =>
      edge(`${app}-mysql`, mysqlPort),
    ),
    ...['product', 'user', 'cart', 'order', 'payment', 'gateway'].map((app) =>
      edge(`${app}-redis`, redisPort),
    ),
  ]
}

/**
 * The run file of a private shop with a proxy on every connection: dapr.yaml rendered by the starter's own reader, then every
 * address that an app or a sidecar is told is the proxy's.
 * @param trapped whether calls to apps and provider go through proxies that know methods
 * @param code the checkout whose services run
 */
export const layOut = async ({ home, mysqlPort, redisPort, trapped = false, env = {} }) => {
  const free = await freePorts(portsNeeded() + 60)
  const own = free.splice(0, portsNeeded())
  const secretsFile = path.join(home, 'secrets.json')
  const { file, ports } = renderShop({
    folder: home,
    free: own,
    env: { ...environment, ...env },
    secretsFile,
    pubsub,
  })
  const runFile = readRunFile(file)
  const apps = runFile.apps.map((app, index) => ({
    ...app,
    internal: free.pop(),
    announced: announced(index),
    listening: listening(index),
  }))
  const edges = [
    ...edgesOf({ apps, ports, extra: free, trapped }),
    ...storeEdges({ extra: free, mysqlPort, redisPort }),
  ]
  return { home, file, runFile, apps, ports, edges, secretsFile }
}

/** Where the proxy of an edge listens. */
export const doorOf = ({ edges }, name) => edges.find((edge) => edge.name === name)?.listen.port

const throughProxy = (url, port) => {
  const moved = new URL(url)
  moved.port = String(port)
  return moved.href
}

/** An app's own secrets file and components, in which its stores are at its own proxies. */
export const furnishApp = (layout, appID) => {
  const { home, secretsFile } = layout
  const secrets = readJson(secretsFile)
  const redis = doorOf(layout, `${appID}-redis`)
  const mysql = doorOf(layout, `${appID}-mysql`)
  const file = path.join(home, `secrets-${appID}.json`)
  writePrivate(file, {
    ...secrets,
    ...(mysql ? { [`mysql-${appID}`]: throughProxy(secrets[`mysql-${appID}`], mysql) } : {}),
    ...(redis ? { 'redis-host': `${loopback}:${redis}` } : {}),
    ...(redis ? { 'redis-gateway': throughProxy(secrets['redis-gateway'], redis) } : {}),
  })
  const folder = path.join(home, `components-${appID}`)
  cpSync(path.join(home, 'components'), folder, { recursive: true })
  const component = path.join(folder, 'secrets.yaml')
  writeFileSync(component, readFileSync(component, 'utf8').replace(secretsFile, file))
  return folder
}
